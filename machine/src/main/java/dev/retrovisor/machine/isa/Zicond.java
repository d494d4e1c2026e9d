package dev.retrovisor.machine.isa;

/** Zicond: conditional zeroing (unprivileged manual, "Zicond Extension for Integer Conditional Operations"). */
public final class Zicond {
    private Zicond() {}

    @Insn(bits = "0000111 rs2 rs1 101 rd 0110011", asm = "czero.eqz rd, rs1, rs2")
    public static long czeroeqz(long rs1, long rs2) {
        return rs2 == 0 ? 0 : rs1;
    }

    @Insn(bits = "0000111 rs2 rs1 111 rd 0110011", asm = "czero.nez rd, rs1, rs2")
    public static long czeronez(long rs1, long rs2) {
        return rs2 != 0 ? 0 : rs1;
    }
}
