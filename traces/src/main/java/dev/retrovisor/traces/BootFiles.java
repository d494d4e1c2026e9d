package dev.retrovisor.traces;

import dev.retrovisor.machine.board.BootImages;
import dev.retrovisor.traces.Manifest.ImageRole;
import dev.retrovisor.traces.disk.ImageContent;
import java.util.ArrayList;
import java.util.List;

/** What is in memory at power-on, as a recording wants it: with the hashes by which a trace names it. */
public record BootFiles(ImageContent bios, ImageContent kernel, ImageContent initrd) {
    /** Images that were in no files. */
    public static BootFiles of(BootImages images) {
        return new BootFiles(
                ImageContent.of(images.bios()), ImageContent.of(images.kernel()), ImageContent.of(images.initrd()));
    }

    /** The images, as the machine wants them. */
    public BootImages images() {
        return new BootImages(bios.bytes(), kernel.bytes(), initrd.bytes());
    }

    /** The images that are there, as a manifest names them. */
    public List<Manifest.Image> named() {
        List<Manifest.Image> named = new ArrayList<>();
        for (ImageRole role : ImageRole.values()) {
            ImageContent content = in(role);
            if (content.bytes().length > 0) {
                named.add(new Manifest.Image(role, content.sha256(), content.bytes().length));
            }
        }
        return named;
    }

    ImageContent in(ImageRole role) {
        return switch (role) {
            case BIOS -> bios;
            case KERNEL -> kernel;
            case INITRD -> initrd;
        };
    }
}
