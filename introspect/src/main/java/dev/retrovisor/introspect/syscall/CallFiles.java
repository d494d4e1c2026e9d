package dev.retrovisor.introspect.syscall;

/** What callers' files are; callers are given by the address of their task_struct. */
interface CallFiles {
    /** For a kernel whose structures aren't known. */
    CallFiles UNKNOWN = new CallFiles() {
        @Override
        public FileAnnotation annotation(long task, int fd) {
            return FileAnnotation.NONE;
        }

        @Override
        public String workingDirectory(long task) {
            return "";
        }
    };

    /** What a file descriptor is. */
    FileAnnotation annotation(long task, int fd);

    /** Where relative paths begin, in angle brackets. */
    String workingDirectory(long task);
}
