package dev.retrovisor.introspect.syscall;

import java.util.List;

/** A structure: {@code {tv_sec=1, tv_nsec=0}}. */
final class Structure implements Kind {
    /**
     * A member.
     *
     * @param offset from the structure's start
     */
    record Member(String name, long offset, Kind kind) {
        boolean isShown() {
            return name.charAt(0) != '_';
        }
    }

    private final List<Member> members;
    private final int sizeBytes;
    private final int alignmentBytes;
    private final boolean isShortened;

    /** @param isShortened whether what is not shown is marked by three dots */
    Structure(List<Member> members, int sizeBytes, int alignmentBytes, boolean isShortened) {
        this.members = members.stream().filter(Member::isShown).toList();
        this.sizeBytes = sizeBytes;
        this.alignmentBytes = alignmentBytes;
        this.isShortened = isShortened;
    }

    @Override
    public int sizeBytes() {
        return sizeBytes;
    }

    @Override
    public int alignmentBytes() {
        return alignmentBytes;
    }

    @Override
    public boolean hasBrackets() {
        return true;
    }

    @Override
    public void write(CallText out, long value) {
        writeAt(out, value);
    }

    @Override
    public void writeAt(CallText out, long address) {
        String separator = "{";
        for (Member member : members) {
            out.append(separator).append(member.name()).append("=");
            member.kind().writeAt(out, address + member.offset());
            separator = ", ";
        }
        out.append(isShortened ? ", ...}" : "}");
    }
}
