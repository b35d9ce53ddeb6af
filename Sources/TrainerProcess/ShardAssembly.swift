/// Collects the frames of one contribution to the own shard until it is whole.
final class ShardAssembly {
    private let buffer: UnsafeMutableBufferPointer<Float>
    private var received = 0

    /// Room for `count` elements.
    init(count: Int) {
        buffer = .allocate(capacity: count)
    }

    deinit {
        buffer.deallocate()
    }

    /// Takes the frame at `offset`; the whole contribution once it is there, valid until
    /// ``reuse()``. Repeated frames, and frames after a gap, change nothing.
    func take(_ payload: UnsafeRawBufferPointer, at offset: Int) -> UnsafeBufferPointer<Float>? {
        let count = payload.count / MemoryLayout<Float>.size
        guard offset == received, count > 0, received + count <= buffer.count,
            let bytes = payload.baseAddress, let start = buffer.baseAddress
        else { return nil }
        UnsafeMutableRawPointer(start + received).copyMemory(
            from: bytes, byteCount: payload.count)
        received += count
        return received == buffer.count ? UnsafeBufferPointer(buffer) : nil
    }

    /// Makes ready for the next round.
    func reuse() {
        received = 0
    }
}
