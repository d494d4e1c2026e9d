// Brings our machine to user mode with everything allowed, as a process under Linux has it, for the differential test.
    .text
    la t0, handler
    csrw mtvec, t0
    li t0, -1
    csrw pmpaddr0, t0
    csrw mcounteren, t0
    csrw scounteren, t0
    li t0, 0x1F // one region over everything: NAPOT, read, write, execute
    csrw pmpcfg0, t0
    li t0, 0xF0 // all cache-block operations
    csrw 0x30A, t0 // menvcfg
    csrw 0x10A, t0 // senvcfg
    li t0, 0x6000 // mstatus: FS dirty, MPP user
    csrw mstatus, t0
    la t0, user
    csrw mepc, t0
    mret
user:
    j user

    .align 2
handler:
    mret
