package dev.retrovisor.recorder.net;

/** Names a flow, as the guest sees it. */
record FlowKey(int guestAddress, int guestPort, int remoteAddress, int remotePort) {}
