package dev.retrovisor.cli.gdb;

import java.util.List;
import java.util.OptionalLong;

/** Registers. */
final class RegisterPackets implements PacketGroup {
    private static final int HIGHEST = 0xffff;

    private final Session session;

    RegisterPackets(Session session) {
        this.session = session;
    }

    @Override
    public List<Row> rows() {
        return List.of(
                new Row("g", _ -> readAll()),
                new Row("G", this::writeAll),
                new Row("p", arguments -> text(session, session.thread(), named(arguments))),
                new Row("P", this::write));
    }

    /** A register as a packet has it; what is not known is so many x. */
    static String text(Session session, long thread, Register register) {
        OptionalLong value = session.target().register(thread, register);
        return value.isPresent()
                ? Hex.little(value.getAsLong(), register.lengthBytes())
                : "x".repeat(2 * register.lengthBytes());
    }

    private String readAll() {
        var all = new StringBuilder();
        Register.ofProgram().forEach(register -> all.append(text(session, session.thread(), register)));
        return all.toString();
    }

    private String writeAll(String arguments) {
        int at = 0;
        for (Register each : Register.ofProgram()) {
            int end = at + 2 * each.lengthBytes();
            if (end > arguments.length()) {
                break;
            }
            String value = arguments.substring(at, end);
            if (!value.equals(text(session, session.thread(), each))) {
                set(each, value);
            }
            at = end;
        }
        return OK;
    }

    private String write(String arguments) {
        int equals = arguments.indexOf('=');
        if (equals < 0) {
            throw new GdbError("P: to what?");
        }
        set(named(arguments.substring(0, equals)), arguments.substring(equals + 1));
        return OK;
    }

    private void set(Register register, String value) {
        session.target().setRegister(session.thread(), register, Hex.ofLittle(Hex.bytes(value)));
    }

    private Register named(String number) {
        int wanted = Hex.number(number, HIGHEST);
        return session.target().registers().stream()
                .filter(each -> each.number() == wanted)
                .findFirst()
                .orElseThrow(() -> new GdbError("no register %d".formatted(wanted)));
    }
}
