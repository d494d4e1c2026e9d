package dev.retrovisor.introspect.symbols;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A symbol table, by name and by address. Immutable. */
public final class Symbols {
    private final String[] names;
    private final char[] types;
    private final long[] addresses;

    /** Indices of the symbols, by unsigned address; those with the same address keep the table's order. */
    private final int[] byAddress;

    private final Map<String, Integer> firstByName;

    /** A table in its own order; the arrays are kept. */
    public Symbols(String[] names, char[] types, long[] addresses) {
        this.names = names;
        this.types = types;
        this.addresses = addresses;
        byAddress = sorted(addresses);
        firstByName = HashMap.newHashMap(names.length);
        for (int i = 0; i < names.length; i++) {
            firstByName.putIfAbsent(names[i], i);
        }
    }

    /** A table of symbols, in their order. */
    public static Symbols of(List<Symbol> symbols) {
        String[] names = new String[symbols.size()];
        char[] types = new char[names.length];
        long[] addresses = new long[names.length];
        for (int i = 0; i < names.length; i++) {
            names[i] = symbols.get(i).name();
            types[i] = symbols.get(i).type();
            addresses[i] = symbols.get(i).address();
        }
        return new Symbols(names, types, addresses);
    }

    private static int[] sorted(long[] addresses) {
        boolean inOrder = true;
        for (int i = 1; i < addresses.length; i++) {
            inOrder &= Long.compareUnsigned(addresses[i - 1], addresses[i]) <= 0;
        }
        IntStream indices = IntStream.range(0, addresses.length);
        return inOrder
                ? indices.toArray()
                : indices.boxed()
                        .sorted((a, b) -> Long.compareUnsigned(addresses[a], addresses[b]))
                        .mapToInt(Integer::intValue)
                        .toArray();
    }

    public int size() {
        return names.length;
    }

    /** All symbols in the table's order. */
    public Stream<Symbol> all() {
        return IntStream.range(0, names.length).mapToObj(this::symbol);
    }

    private Symbol symbol(int index) {
        return new Symbol(names[index], addresses[index], types[index]);
    }

    /** The address of the first symbol of a name. */
    public OptionalLong find(String name) {
        Integer index = firstByName.get(name);
        return index == null ? OptionalLong.empty() : OptionalLong.of(addresses[index]);
    }

    /** @throws MissingSymbolException if there is none */
    public long address(String name) {
        return find(name).orElseThrow(() -> new MissingSymbolException("the kernel has no symbol " + name));
    }

    public boolean has(String name) {
        return firstByName.containsKey(name);
    }

    /** Every symbol of a name: statics of several files may share one. */
    public List<Symbol> named(String name) {
        return has(name) ? all().filter(symbol -> symbol.name().equals(name)).toList() : List.of();
    }

    /**
     * A function that the compiler may have changed: the name itself, or with {@code .isra.0}, {@code .constprop.0} and
     * so on.
     */
    public Optional<Symbol> function(String name) {
        Integer index = firstByName.get(name);
        if (index != null) {
            return Optional.of(symbol(index));
        }
        String prefix = name + ".";
        return IntStream.range(0, names.length)
                .filter(i -> names[i].startsWith(prefix) && !names[i].endsWith(".cold"))
                .mapToObj(this::symbol)
                .filter(Symbol::isText)
                .findFirst();
    }

    /** The last symbol at or before an address; the first of several at the same. */
    public Optional<Symbol> at(long address) {
        int index = floor(address);
        if (index < 0) {
            return Optional.empty();
        }
        while (index > 0 && addresses[byAddress[index - 1]] == addresses[byAddress[index]]) {
            index--;
        }
        return Optional.of(symbol(byAddress[index]));
    }

    /** Where the next symbol behind an address begins, or empty at the table's end. */
    public OptionalLong next(long address) {
        int index = floor(address) + 1;
        return index < byAddress.length ? OptionalLong.of(addresses[byAddress[index]]) : OptionalLong.empty();
    }

    private int floor(long address) {
        int low = 0;
        int high = byAddress.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Long.compareUnsigned(addresses[byAddress[middle]], address) <= 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }

    /** {@code name+0x1c}, or the number if no symbol is near. */
    public String describe(long address) {
        return at(address)
                .filter(symbol -> address - symbol.address() < 1 << 20)
                .map(symbol -> address == symbol.address()
                        ? symbol.name()
                        : symbol.name() + "+0x" + Long.toHexString(address - symbol.address()))
                .orElse("0x" + Long.toHexString(address));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Symbols symbols
                && Arrays.equals(names, symbols.names)
                && Arrays.equals(types, symbols.types)
                && Arrays.equals(addresses, symbols.addresses);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(addresses);
    }
}
