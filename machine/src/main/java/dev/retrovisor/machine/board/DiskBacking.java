package dev.retrovisor.machine.board;

import dev.retrovisor.machine.disk.DiskImage;
import dev.retrovisor.machine.disk.PageStorage;

/** What the host side provides for one drive: the base that is never written and room for what the guest writes. */
public record DiskBacking(DiskImage base, PageStorage overlay) {}
