package dev.retrovisor.introspect.syscall;

import dev.retrovisor.introspect.kernel.KernelObject;

/** What callers' files are. */
interface CallFiles {
    /** For a kernel whose structures aren't known. */
    CallFiles UNKNOWN = new CallFiles() {
        @Override
        public FileAnnotation annotation(KernelObject task, int fd) {
            return FileAnnotation.NONE;
        }

        @Override
        public String workingDirectory(KernelObject task) {
            return "";
        }
    };

    /** What a file descriptor is. */
    FileAnnotation annotation(KernelObject task, int fd);

    /** Where relative paths begin, in angle brackets. */
    String workingDirectory(KernelObject task);
}
