package dev.retrovisor.cli.gdb;

import java.util.List;
import java.util.function.Predicate;

/** The XML that tells gdb which registers there are (gdb manual, "Target Descriptions" and "RISC-V Features"). */
final class TargetDescription {
    private TargetDescription() {}

    /** @param osAbi what gdb takes the target for: {@code GNU/Linux} for a program, empty for a machine */
    static String of(List<Register> registers, String osAbi) {
        var xml = new StringBuilder("<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n<target>\n");
        xml.append("<architecture>riscv:rv64</architecture>\n");
        if (!osAbi.isEmpty()) {
            xml.append("<osabi>").append(osAbi).append("</osabi>\n");
        }
        feature(xml, "cpu", registers, register -> switch (register.kind()) {
            case INTEGER, PC -> true;
            case FLOAT, FLOAT_STATE, CSR, PRIVILEGE -> false;
        });
        feature(xml, "fpu", registers, register -> switch (register.kind()) {
            case FLOAT, FLOAT_STATE -> true;
            case INTEGER, PC, CSR, PRIVILEGE -> false;
        });
        feature(xml, "csr", registers, register -> register.kind() == Register.Kind.CSR);
        feature(xml, "virtual", registers, register -> register.kind() == Register.Kind.PRIVILEGE);
        return xml.append("</target>\n").toString();
    }

    private static void feature(
            StringBuilder xml, String name, List<Register> registers, Predicate<Register> isPartOfIt) {
        List<Register> parts = registers.stream().filter(isPartOfIt).toList();
        if (parts.isEmpty()) {
            return;
        }
        xml.append("<feature name=\"org.gnu.gdb.riscv.").append(name).append("\">\n");
        for (Register each : parts) {
            xml.append("<reg name=\"%s\" bitsize=\"%d\" regnum=\"%d\" type=\"%s\"/>\n"
                    .formatted(each.name(), each.lengthBytes() * 8, each.number(), type(each)));
        }
        xml.append("</feature>\n");
    }

    private static String type(Register register) {
        return switch (register.kind()) {
            case INTEGER -> register.number() == Register.SP ? "data_ptr" : "int";
            case PC -> "code_ptr";
            case FLOAT -> "ieee_double";
            case FLOAT_STATE, CSR, PRIVILEGE -> "int";
        };
    }
}
