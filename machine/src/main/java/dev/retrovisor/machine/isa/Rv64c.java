package dev.retrovisor.machine.isa;

/** C: 16-bit encodings of common instructions (unprivileged manual, "C Extension for Compressed Instructions"). */
@Compressed(
        bits = "000 nzuimm!=0[5:4|9:6|2|3] rd' 00",
        asm = "c.addi4spn rd', sp, nzuimm",
        expandsTo = "addi rd', x2, nzuimm")
@Compressed(
        bits = "001 uimm[5:3] rs1' uimm[7:6] fd' 00",
        asm = "c.fld fd', uimm(rs1')",
        expandsTo = "fld fd', uimm(rs1')")
@Compressed(
        bits = "010 uimm[5:3] rs1' uimm[2|6] rd' 00",
        asm = "c.lw rd', uimm(rs1')",
        expandsTo = "lw rd', uimm(rs1')")
@Compressed(
        bits = "011 uimm[5:3] rs1' uimm[7:6] rd' 00",
        asm = "c.ld rd', uimm(rs1')",
        expandsTo = "ld rd', uimm(rs1')")
@Compressed(
        bits = "101 uimm[5:3] rs1' uimm[7:6] fs2' 00",
        asm = "c.fsd fs2', uimm(rs1')",
        expandsTo = "fsd fs2', uimm(rs1')")
@Compressed(
        bits = "110 uimm[5:3] rs1' uimm[2|6] rs2' 00",
        asm = "c.sw rs2', uimm(rs1')",
        expandsTo = "sw rs2', uimm(rs1')")
@Compressed(
        bits = "111 uimm[5:3] rs1' uimm[7:6] rs2' 00",
        asm = "c.sd rs2', uimm(rs1')",
        expandsTo = "sd rs2', uimm(rs1')")
@Compressed(bits = "000 imm[5] rd imm[4:0] 01", asm = "c.addi rd, imm", expandsTo = "addi rd, rd, imm")
@Compressed(bits = "001 imm[5] rd!=0 imm[4:0] 01", asm = "c.addiw rd, imm", expandsTo = "addiw rd, rd, imm")
@Compressed(bits = "010 imm[5] rd imm[4:0] 01", asm = "c.li rd, imm", expandsTo = "addi rd, x0, imm")
@Compressed(
        bits = "011 nzimm!=0[9] 00010 nzimm[4|6|8:7|5] 01",
        asm = "c.addi16sp sp, nzimm",
        expandsTo = "addi x2, x2, nzimm")
@Compressed(bits = "011 nzimm!=0[17] rd nzimm[16:12] 01", asm = "c.lui rd, nzimm", expandsTo = "lui rd, nzimm")
@Compressed(bits = "100 shamt[5] 00 rd' shamt[4:0] 01", asm = "c.srli rd', shamt", expandsTo = "srli rd', rd', shamt")
@Compressed(bits = "100 shamt[5] 01 rd' shamt[4:0] 01", asm = "c.srai rd', shamt", expandsTo = "srai rd', rd', shamt")
@Compressed(bits = "100 imm[5] 10 rd' imm[4:0] 01", asm = "c.andi rd', imm", expandsTo = "andi rd', rd', imm")
@Compressed(bits = "100 0 11 rd' 00 rs2' 01", asm = "c.sub rd', rs2'", expandsTo = "sub rd', rd', rs2'")
@Compressed(bits = "100 0 11 rd' 01 rs2' 01", asm = "c.xor rd', rs2'", expandsTo = "xor rd', rd', rs2'")
@Compressed(bits = "100 0 11 rd' 10 rs2' 01", asm = "c.or rd', rs2'", expandsTo = "or rd', rd', rs2'")
@Compressed(bits = "100 0 11 rd' 11 rs2' 01", asm = "c.and rd', rs2'", expandsTo = "and rd', rd', rs2'")
@Compressed(bits = "100 1 11 rd' 00 rs2' 01", asm = "c.subw rd', rs2'", expandsTo = "subw rd', rd', rs2'")
@Compressed(bits = "100 1 11 rd' 01 rs2' 01", asm = "c.addw rd', rs2'", expandsTo = "addw rd', rd', rs2'")
@Compressed(bits = "101 imm[11|4|9:8|10|6|7|3:1|5] 01", asm = "c.j imm", expandsTo = "jal x0, imm")
@Compressed(bits = "110 imm[8|4:3] rs1' imm[7:6|2:1|5] 01", asm = "c.beqz rs1', imm", expandsTo = "beq rs1', x0, imm")
@Compressed(bits = "111 imm[8|4:3] rs1' imm[7:6|2:1|5] 01", asm = "c.bnez rs1', imm", expandsTo = "bne rs1', x0, imm")
@Compressed(bits = "000 shamt[5] rd shamt[4:0] 10", asm = "c.slli rd, shamt", expandsTo = "slli rd, rd, shamt")
@Compressed(bits = "001 uimm[5] fd uimm[4:3|8:6] 10", asm = "c.fldsp fd, uimm(sp)", expandsTo = "fld fd, uimm(x2)")
@Compressed(bits = "010 uimm[5] rd!=0 uimm[4:2|7:6] 10", asm = "c.lwsp rd, uimm(sp)", expandsTo = "lw rd, uimm(x2)")
@Compressed(bits = "011 uimm[5] rd!=0 uimm[4:3|8:6] 10", asm = "c.ldsp rd, uimm(sp)", expandsTo = "ld rd, uimm(x2)")
@Compressed(bits = "100 0 rs1!=0 00000 10", asm = "c.jr rs1", expandsTo = "jalr x0, 0(rs1)")
@Compressed(bits = "100 0 rd rs2!=0 10", asm = "c.mv rd, rs2", expandsTo = "add rd, x0, rs2")
@Compressed(bits = "100 1 00000 00000 10", asm = "c.ebreak", expandsTo = "ebreak")
@Compressed(bits = "100 1 rs1 00000 10", asm = "c.jalr rs1", expandsTo = "jalr x1, 0(rs1)")
@Compressed(bits = "100 1 rd rs2 10", asm = "c.add rd, rs2", expandsTo = "add rd, rd, rs2")
@Compressed(bits = "101 uimm[5:3|8:6] fs2 10", asm = "c.fsdsp fs2, uimm(sp)", expandsTo = "fsd fs2, uimm(x2)")
@Compressed(bits = "110 uimm[5:2|7:6] rs2 10", asm = "c.swsp rs2, uimm(sp)", expandsTo = "sw rs2, uimm(x2)")
@Compressed(bits = "111 uimm[5:3|8:6] rs2 10", asm = "c.sdsp rs2, uimm(sp)", expandsTo = "sd rs2, uimm(x2)")
final class Rv64c {
    private Rv64c() {}
}
