package dev.retrovisor.cli.gdb;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;

/**
 * What gdb looks at and moves. For one thread, which is the session's; all methods but {@link #resume} leave it where it
 * stands. What can't be had is a {@link GdbError}.
 */
interface Target {
    /**
     * A thread of it.
     *
     * @param id positive
     * @param about for people; empty if there is nothing to be said
     * @param core the hart that it is on
     */
    record Thread(long id, String name, String about, OptionalInt core) {}

    /** The process's number, where the target is one. */
    OptionalInt process();

    /** In the order of their numbers; never none. */
    List<Thread> threads();

    /** The one that the last stop was about. */
    long stoppedThread();

    List<Register> registers();

    /** A register's value; empty if it is not known. */
    OptionalLong register(long thread, Register register);

    /** Changes a register, where the target can be changed. */
    void setRegister(long thread, Register register, long value);

    /** The bytes from an address up to the first that is not there. */
    byte[] read(long thread, long address, int lengthBytes);

    /** Changes memory, where the target can be changed. */
    void write(long thread, long address, byte[] bytes);

    /** Where in RAM an address of the thread's lies. */
    OptionalLong physical(long thread, long address);

    /** The hart that a thread is on, or was on last. */
    int hart(long thread);

    void insert(long thread, Breakpoint breakpoint);

    void remove(Breakpoint breakpoint);

    /** Forgets all breakpoints. */
    void removeAll();

    boolean canGoBack();

    /** Goes on until something is met, or nobody wants it to. */
    StopEvent resume(Motion motion, BooleanSupplier isCancelled);

    /** Somebody else has moved the machine. */
    void moved();

    /** What gdb takes the target for: {@code GNU/Linux} for a program, else empty. */
    String osAbi();

    /** The path of the program's file among {@link #file files}. */
    Optional<String> program();

    Optional<RemoteFile> file(String path);

    /** The program's auxiliary vector. */
    Optional<byte[]> auxiliaryVector();

    /** The program's shared libraries, as gdb's XML has them. */
    Optional<String> libraries();
}
