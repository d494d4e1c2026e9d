package dev.retrovisor.introspect.ipc;

import dev.retrovisor.introspect.event.Watch;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Receiving from sockets whose messages are each one sk_buff in a queue: a function of the socket's family takes one off
 * the queue, copies it out, and returns how much it copied, or what is wrong.
 */
final class Datagrams {
    /** A message that was taken off a queue. */
    record Message(ChannelKind kind, String channel, Sent sent, List<String> files) {}

    /** What a family of sockets knows of its messages. */
    @FunctionalInterface
    interface Family {
        /**
         * A message was just taken off a socket's queue, and will be copied.
         *
         * @param socket the receiving function's first argument
         * @param buffer the sk_buff
         */
        Message taken(long socket, long buffer);
    }

    /** A call that is going on. */
    private static final class Receiving {
        private final long socket;
        private final long room;
        private boolean isPeek;
        private Message message;
        private long messageBytes;

        Receiving(long socket, long room) {
            this.socket = socket;
            this.room = room;
        }
    }

    private final Exchange exchange;
    private final Map<Long, Receiving> receiving = new HashMap<>();

    Datagrams(Exchange exchange) {
        this.exchange = exchange;
    }

    /**
     * Watches one receiving function, whose first argument is the socket and whose third is how much there is room for.
     *
     * @param taker the function that takes a message off the queue
     * @param flagsArgument which of its arguments are recv's flags
     */
    void watch(String function, String taker, int flagsArgument, String what, Family family) {
        exchange.onFunction(function, hart -> {
            var call = new Receiving(exchange.argument(hart, 0), exchange.argument(hart, 2));
            receiving.put(exchange.task(hart), call);
            exchange.onReturn(hart, returning -> {
                receiving.remove(exchange.task(returning));
                if ((int) exchange.result(returning) >= 0 && call.message != null) {
                    tell(returning, call);
                }
            });
        });
        Watch.Hook before = hart -> {
            Receiving call = receiving.get(exchange.task(hart));
            if (call != null) {
                call.isPeek = (exchange.argument(hart, flagsArgument) & Exchange.PEEK) != 0;
                call.message = null;
            }
        };
        Watch.Hook after = hart -> {
            Receiving call = receiving.get(exchange.task(hart));
            long buffer = exchange.result(hart);
            if (call != null && !call.isPeek && Exchange.isPointer(buffer)) {
                call.messageBytes = exchange.kernel().object("sk_buff", buffer).get("len");
                call.message = family.taken(call.socket, buffer);
            }
        };
        exchange.require(exchange.onCall(function, taker, before, after), what);
    }

    private void tell(int hart, Receiving call) {
        Message message = call.message;
        exchange.received(hart, message.kind, message.channel, message.sent)
                .files(message.files)
                .message(Math.min(call.room, call.messageBytes));
    }
}
