package dev.retrovisor.introspect.heap;

/** The C library's functions that give and take memory, by name; what lies in which argument. */
enum Allocator {
    MALLOC("malloc", Kind.ALLOCATE, 0),
    CALLOC("calloc", Kind.ALLOCATE_ARRAY, 0),
    REALLOC("realloc", Kind.RESIZE, 1),
    FREE("free", Kind.FREE, 0),
    ALIGNED_ALLOC("aligned_alloc", Kind.ALLOCATE, 1),
    MEMALIGN("memalign", Kind.ALLOCATE, 1),
    POSIX_MEMALIGN("posix_memalign", Kind.ALLOCATE_THROUGH_POINTER, 2),
    VALLOC("valloc", Kind.ALLOCATE, 0),
    PVALLOC("pvalloc", Kind.ALLOCATE, 0),
    REALLOCARRAY("reallocarray", Kind.RESIZE_ARRAY, 1);

    /** How a function takes and gives. */
    enum Kind {
        ALLOCATE,
        /** The size is the product of two arguments. */
        ALLOCATE_ARRAY,
        /** The result is an error number, the pointer is stored where the first argument points. */
        ALLOCATE_THROUGH_POINTER,
        RESIZE,
        RESIZE_ARRAY,
        FREE
    }

    final String symbol;
    final Kind kind;

    /** Number of the argument that holds the size. */
    final int sizeArgument;

    Allocator(String symbol, Kind kind, int sizeArgument) {
        this.symbol = symbol;
        this.kind = kind;
        this.sizeArgument = sizeArgument;
    }
}
