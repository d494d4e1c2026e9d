package dev.retrovisor.machine.hart;

/** Privilege levels (privileged manual, "Privilege Levels"). */
public final class Privilege {
    public static final int USER = 0;
    public static final int SUPERVISOR = 1;
    public static final int MACHINE = 3;

    private Privilege() {}
}
