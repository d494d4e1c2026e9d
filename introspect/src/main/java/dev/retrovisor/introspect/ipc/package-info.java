/**
 * Who talks to whom in the guest: each transfer from a sender to a receiver, over every channel that Linux has between
 * processes. A file here watches one kind of channel: it notes at the kernel's sending functions who puts in what, and finds
 * it again at the receiving ones. Nothing is told of what was refused or came to nobody; what lay in a channel before the
 * watch began has a sender that is not known ({@link dev.retrovisor.introspect.ipc.Party#BEFORE}).
 */
package dev.retrovisor.introspect.ipc;
