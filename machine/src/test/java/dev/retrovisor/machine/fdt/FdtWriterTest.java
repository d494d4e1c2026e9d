package dev.retrovisor.machine.fdt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

final class FdtWriterTest {
    private static FdtWriter sample() {
        var writer = new FdtWriter();
        writer.reserve(0x8000_0000L, 0x20_0000);
        writer.begin("");
        writer.cells("cells", 1, -2);
        writer.longs("longs", 0x1_0000_0002L);
        writer.strings("list", List.of("one", "three"));
        writer.begin("child@1");
        writer.flag("flag");
        writer.bytes("odd", new byte[] {1, 2, 3, 4, 5});
        writer.string("list", "again");
        writer.begin("leaf");
        writer.end();
        writer.end();
        writer.begin("child@2");
        writer.end();
        writer.end();
        return writer;
    }

    @Test
    void whatIsWrittenReadsBack() {
        byte[] bytes = sample().toByteArray();
        var root = FdtReader.read(bytes);
        assertArrayEquals(new int[] {1, -2}, root.cells("cells"), "cells");
        assertArrayEquals(new long[] {0x1_0000_0002L}, root.longs("longs"), "longs");
        assertEquals(List.of("one", "three"), root.strings("list"), "strings");
        assertEquals(0, root.at("/child@1").bytes("flag").length, "a flag is empty");
        assertArrayEquals(new byte[] {1, 2, 3, 4, 5}, root.at("/child@1").bytes("odd"), "bytes");
        assertEquals(List.of("again"), root.at("/child@1").strings("list"), "a name used twice");
        assertEquals("leaf", root.at("/child@1/leaf").name(), "nodes in nodes");
        assertEquals(List.of("child@1", "child@2"), List.copyOf(root.children().keySet()), "in order");
        assertEquals(List.of(0x8000_0000L, 0x20_0000L), FdtReader.reservations(bytes), "reservations");
    }

    @Test
    void theSameCallsGiveTheSameBytes() {
        assertArrayEquals(sample().toByteArray(), sample().toByteArray(), "nothing else counts");
    }

    @Test
    void anUnbalancedTreeIsOurBug() {
        var writer = new FdtWriter();
        assertThrows(IllegalStateException.class, writer::toByteArray, "no root");
        assertThrows(IllegalStateException.class, () -> writer.flag("x"), "no node for the property");
        writer.begin("");
        assertThrows(IllegalStateException.class, writer::toByteArray, "open root");
        writer.end();
        assertThrows(IllegalStateException.class, writer::end, "nothing to close");
        assertThrows(IllegalStateException.class, () -> writer.begin(""), "a second root");
    }
}
