package dev.retrovisor.machine.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.state.StateFormatException;
import dev.retrovisor.machine.state.StateReader;
import dev.retrovisor.machine.state.StateWriter;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Register names as in the PC16550D data sheet: RBR/THR 0, IER 1, IIR/FCR 2, LCR 3, MCR 4, LSR 5, MSR 6, SCR 7. */
final class Uart16550Test {
    private final Bench bench = new Bench();
    private final Uart16550 uart = new Uart16550(bench.clock, bench::setIrq, bench.events::add);

    private int read(int register) {
        return (int) uart.read(register, 1);
    }

    private void write(int register, int value) {
        uart.write(register, 1, value);
    }

    private void type(String text) {
        uart.receive(text.getBytes(StandardCharsets.US_ASCII));
    }

    private String readAll() {
        var text = new StringBuilder();
        while ((read(5) & 1) != 0) {
            text.append((char) read(0));
        }
        return text.toString();
    }

    @Test
    void aWrittenByteLeavesAtOnceWithItsStep() {
        bench.clock.setSteps(42);

        write(0, 'x');

        var output = (DeviceEvent.ConsoleOutput) bench.events.getFirst();
        assertEquals(42, output.step(), "stamped with the step of the store");
        assertEquals(0, output.console(), "the serial port is console 0");
        assertEquals("x", new String(output.bytes(), StandardCharsets.US_ASCII), "one store, one byte");
        assertEquals(0x60, read(5), "the transmitter is empty again");
    }

    /** The probe of Linux's 8250 driver, register by register. */
    @Test
    void linuxDetectsA16550AWithFifos() {
        write(1, 0);
        assertEquals(0, read(1) & 0x0F, "IER takes zeros");
        write(1, 0x0F);
        assertEquals(0x0F, read(1) & 0x0F, "IER takes ones");
        write(1, 0);
        write(4, 0x1A);
        assertEquals(0x90, read(6) & 0xF0, "loopback shows RTS as CTS and OUT2 as DCD");
        write(4, 0);
        write(3, 0xBF);
        write(2, 0);
        write(3, 0);
        write(2, 1);
        assertEquals(0xC0, read(2) & 0xC0, "FIFOs show in IIR");
        write(3, 0x80);
        assertTrue(read(2) != 0, "no EFR of a 16650 behind DLAB");
        write(3, 0xBF);
        assertTrue(read(2) != 0, "no EFR of a 16650V2 behind 0xBF");
        write(3, 0);
        write(2, 0x21);
        assertEquals(6, read(2) >> 5, "no 64-byte FIFO of a 16750");
        write(1, 0x40);
        assertEquals(0, read(1) & 0x40, "no UUE bit of an XScale");
        write(2, 0);
        assertEquals(0, read(2) & 0xC0, "FIFOs off show in IIR");
    }

    @Test
    void theDivisorLatchHidesTheFirstTwoRegisters() {
        write(1, 5);
        write(3, 0x83);
        write(0, 0x34);
        write(1, 0x12);
        assertEquals(0x34, read(0), "DLL");
        assertEquals(0x12, read(1), "DLM");
        assertTrue(bench.events.isEmpty(), "a divisor is not output");
        write(3, 0x03);
        assertEquals(5, read(1), "IER is back");
        write(7, 0xA5);
        assertEquals(0xA5, read(7), "SCR keeps what is written");
    }

    @Test
    void interruptsComeInOrderOfTheirPriority() {
        write(2, 1);
        write(4, 0x10);
        for (int i = 0; i < 17; i++) {
            write(0, i);
        }
        write(4, 0x12);
        write(1, 0x0F);
        assertTrue(bench.irq, "something is pending");
        assertEquals(0xC6, read(2), "line status first: the 17th byte overran the FIFO");
        assertEquals(0x63, read(5), "LSR shows overrun and data");
        assertEquals(0x61, read(5), "and reading it clears the overrun");
        assertEquals(0xC4, read(2), "then received data at the trigger level");
        for (int i = 0; i < 16; i++) {
            assertEquals(i, read(0), "bytes come out in order");
        }
        assertEquals(0xC2, read(2), "then the empty transmitter");
        assertEquals(0xC0, read(2), "which reading IIR clears: then modem status");
        read(6);
        assertEquals(0xC1, read(2), "then nothing");
        assertFalse(bench.irq, "and the wire is low");
    }

    @Test
    void enablingTheTransmitterInterruptRaisesItEachTime() {
        for (int i = 0; i < 2; i++) {
            write(1, 2);
            assertTrue(bench.irq, "an empty transmitter interrupts when that is enabled");
            assertEquals(0x02, read(2), "IIR names it");
            assertEquals(0x01, read(2), "reading IIR takes it back");
            write(1, 0);
        }
        write(1, 2);
        read(2);
        write(0, 'a');
        assertTrue(bench.irq, "the byte left: empty again");
    }

    @Test
    void fewBytesAreACharacterTimeout() {
        write(2, 0xC1);
        write(1, 1);
        type("abc");
        assertEquals(0xCC, read(2), "3 bytes are below the trigger level of 14");
        type("0123456789ABC");
        assertEquals(0xC4, read(2), "16 bytes are above it");
        assertEquals("abc0123456789ABC", readAll(), "all arrive");
        assertFalse(bench.irq, "an empty FIFO interrupts no one");
    }

    @Test
    void inputPipedInFromTheStartSurvivesTheDriversStart() {
        assertEquals(0, uart.room(), "nobody listens at power-on");
        type("early");
        for (int i = 0; i < 4; i++) {
            write(2, 1);
            write(2, 7);
            write(2, 0);
            read(5);
            read(0);
            read(2);
            read(6);
        }
        write(2, 1);
        write(1, 5);
        assertEquals(4096, uart.room() + "early".length() - 5, "the line's whole room is there: FIFO holds the rest");
        assertEquals("early", readAll(), "clearing the FIFO and blind reads lost nothing");
    }

    @Test
    void aDriverThatWaitsForTheTransmitterIsNotListening() {
        for (int i = 0; i < 1000; i++) {
            read(5);
            read(5);
            write(0, 'x');
        }
        assertEquals(0, uart.room(), "LSR was read for the transmitter only");
    }

    @Test
    void firmwareThatPollsGetsInput() {
        write(2, 1);
        for (int i = 0; i < 100; i++) {
            assertEquals(0x60, read(5), "nothing there");
        }
        assertEquals(16, uart.room(), "a polling guest takes as much as the FIFO holds");
        type("ls\r");
        assertEquals(13, uart.room(), "less what waits");
        assertEquals("ls\r", readAll(), "and reads it");
    }

    @Test
    void aFullLineOverrunsAndTheGuestIsTold() {
        write(2, 1);
        write(1, 1);
        uart.receive(new byte[uart.room()]);
        assertEquals(16, uart.room(), "16 bytes moved on into the FIFO");
        uart.receive(new byte[17]);
        assertEquals(0, uart.room(), "full");
        assertEquals(0x63, read(5), "one byte was lost");
    }

    @Test
    void printingWithInterruptsOffKeepsWhatWaits() {
        write(2, 1);
        write(1, 1);
        type("0123456789abcdefWAITING");
        write(1, 0);
        assertEquals(0, uart.room(), "not listening while it prints");
        write(0, 'p');
        write(1, 1);
        assertEquals("0123456789abcdefWAITING", readAll(), "nothing lost");
    }

    @Test
    void aSavedPortGoesOnInAnother() {
        write(2, 0x81);
        write(1, 7);
        write(4, 3);
        write(7, 9);
        type("twenty-three characters");
        read(0);
        var other = new Bench();
        var twin = new Uart16550(other.clock, other::setIrq, other.events::add);
        Bench.copy(uart, twin);
        for (int i = 0; i < 40; i++) {
            for (int register : new int[] {2, 5, 0, 6, 7}) {
                assertEquals(uart.read(register, 1), twin.read(register, 1), "register " + register);
            }
        }
    }

    @Test
    void aQueueLongerThanItsRingIsNoState() {
        var out = new StateWriter();
        out.putString("uart0");
        out.putInt(4);
        out.putInt(5000);
        assertThrows(
                StateFormatException.class,
                () -> new StateReader(out.toByteArray()).section(uart),
                "hostile bytes fail as bytes");
    }

    @Test
    void noAccessThrowsAndResetStartsOver() {
        byte[] fresh = Bench.save(uart);
        Bench.hammer(uart, Uart16550.WINDOW_BYTES, 16550);
        Bench.copy(uart, new Uart16550(bench.clock, bench::setIrq, bench.events::add));
        type("junk");
        uart.reset();
        assertEquals(0, java.util.Arrays.compare(fresh, Bench.save(uart)), "reset is the power-on state");
        assertFalse(bench.irq, "and interrupts no one");
    }

    @Test
    void withoutFifosANewCharacterReplacesTheUnreadOne() {
        write(4, 0x10);
        write(0, 'a');
        write(0, 'b');
        assertEquals(0x63, read(5), "overrun");
        assertEquals('b', read(0), "the last one");
        assertEquals(0x60, read(5), "and only that");
    }

    @Test
    void wideAccessesMeanNothing() {
        uart.write(0, 4, 'x');
        assertTrue(bench.events.isEmpty(), "registers are byte-wide");
        assertEquals(0, uart.read(4, 4), "and read as 0 otherwise");
    }
}
