// Into a case and out of it again. Loads and stores every register, so one register has to hold the record's address:
// the record's pointer, x28 to x31, which the instruction under test does not name.

#define X(number) (8 * (number))
#define F(number) (256 + 8 * (number))
#define FCSR 512
#define POINTER 536

    .text

// void enter(struct record *record, u64 entry)
    .globl enter
enter:
    addi sp, sp, -224
    sd ra, 0(sp)
    sd gp, 8(sp)
    sd tp, 16(sp)
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    sd s\n, 24 + 8 * \n(sp)
    .endr
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    fsd fs\n, 120 + 8 * \n(sp)
    .endr
    la t0, saved_sp
    sd sp, 0(t0)
    ld t0, FCSR(a0)
    fscsr t0
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    fld f\n, F(\n)(a0)
    .endr
    lw t0, POINTER(a0)
    addi t0, t0, -28
    beqz t0, enter_x28
    addi t0, t0, -1
    beqz t0, enter_x29
    addi t0, t0, -1
    beqz t0, enter_x30
    j enter_x31

// The pointer register holds the entry, a0 the record; it is loaded last.
    .macro enter_through pointer
enter_\pointer:
    mv \pointer, a1
    .irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    .ifnc x\n, \pointer
    ld x\n, X(\n)(a0)
    .endif
    .endr
    ld a0, X(10)(a0)
    jr \pointer
    .endm

    enter_through x28
    enter_through x29
    enter_through x30
    enter_through x31

// The pointer register holds the record. Its pc is 0: the one behind the instruction.
    .macro leave_through pointer
    .globl leave_\pointer
leave_\pointer:
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    sd x\n, X(\n)(\pointer)
    .endr
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    fsd f\n, F(\n)(\pointer)
    .endr
    frcsr t0
    sd t0, FCSR(\pointer)
    .endm

    leave_through x28
    j restore
    leave_through x29
    j restore
    leave_through x30
    j restore
    leave_through x31
restore:
    la t0, saved_sp
    ld sp, 0(t0)

// Also where a signal's handler goes on, with sp restored.
    .globl recover
recover:
    ld ra, 0(sp)
    ld gp, 8(sp)
    ld tp, 16(sp)
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    ld s\n, 24 + 8 * \n(sp)
    .endr
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    fld fs\n, 120 + 8 * \n(sp)
    .endr
    addi sp, sp, 224
    ret

    .bss
    .globl saved_sp
    .align 3
saved_sp:
    .skip 8

    .section .note.GNU-stack, "", @progbits
