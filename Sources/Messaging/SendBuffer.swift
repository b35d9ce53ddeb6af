private import Synchronization

/// A reusable, 64-byte aligned buffer to send regions of without copies.
///
/// One thread fills it. Fill it again only when `regionsInFlight` is 0: frames on their way would
/// change otherwise.
package final class SendBuffer: SendOwner {
    /// The whole buffer, zeroed at creation. Written by its one filling thread, and by nobody while
    /// regions are in flight.
    nonisolated(unsafe) package let bytes: UnsafeMutableRawBufferPointer
    private let inFlight = Atomic<Int>(0)

    /// Most bytes of one buffer: 4 GiB.
    package static let maximumBytes = 1 << 32

    /// Allocates `byteCount` bytes (1...`maximumBytes`), once.
    package init(byteCount: Int) {
        precondition((1...Self.maximumBytes).contains(byteCount), "buffer size out of range")
        bytes = .allocate(byteCount: byteCount, alignment: 64)
        bytes.initializeMemory(as: UInt8.self, repeating: 0)
    }

    /// A part of the buffer as a frame.
    package func region(_ range: Range<Int>) -> OwnedRegion {
        precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count, "outside the buffer")
        return OwnedRegion(bytes: UnsafeRawBufferPointer(rebasing: bytes[range]), owner: self)
    }

    /// Sent regions that libzmq may still read.
    package var regionsInFlight: Int { inFlight.load(ordering: .acquiring) }

    /// Counts a region out.
    package func sendStarted() {
        inFlight.add(1, ordering: .relaxed)
    }

    /// Counts a region back.
    package func sendCompleted() {
        inFlight.subtract(1, ordering: .releasing)
    }

    deinit {
        bytes.deallocate()
    }
}
