import Testing

@testable import Determinism

/// The digest of a frame's payload.
struct FrameDigestTests {
    private func digest(_ bytes: [UInt8]) -> FastDigest {
        bytes.withUnsafeBytes { FastDigest.ofFrame($0) }
    }

    @Test func everyFlippedBitShows() {
        let bytes = (0..<391).map { UInt8(truncatingIfNeeded: $0 * 37) }
        let expected = digest(bytes)
        #expect(digest(bytes) == expected)
        for index in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[index] ^= 1 << bit
                #expect(digest(changed) != expected)
            }
        }
    }

    @Test func lengthAndOrderCount() {
        let bytes = (0..<512).map { UInt8(truncatingIfNeeded: $0 / 8) }
        #expect(digest(bytes) != digest(bytes + [0]))
        #expect(digest([]) != digest([0]))
        #expect(
            digest([UInt8](repeating: 0, count: 128)) != digest([UInt8](repeating: 0, count: 256)))
        // Words, stripes and halves that change places.
        for width in [8, 64, 128, 256] {
            var changed = bytes
            for index in 0..<width { changed.swapAt(index, index + width) }
            #expect(digest(changed) != digest(bytes))
        }
    }

    @Test func alignmentDoesNotCount() {
        let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0 * 7) }
        let moved = [0] + bytes
        #expect(
            moved.withUnsafeBytes { FastDigest.ofFrame(UnsafeRawBufferPointer(rebasing: $0[1...])) }
                == digest(bytes))
    }
}
