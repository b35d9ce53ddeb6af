/// A block of 32-bit floats with a fixed address, allocated once and aligned to a cache line.
///
/// The owner decides which thread uses it; the class itself does not lock. Elements are zero at
/// the start.
package final class FloatBuffer {
    /// The first element, at an address that is a multiple of 64.
    package let pointer: UnsafeMutablePointer<Float>
    /// How many elements the buffer holds.
    package let count: Int

    private static let alignment = 64

    /// A zeroed buffer of `count` elements; 0 is allowed.
    package init(count: Int) {
        let (bytes, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Float>.stride)
        precondition(count >= 0 && !overflow, "float buffer size outside the address space")
        let raw = UnsafeMutableRawPointer.allocate(
            byteCount: max(bytes, Self.alignment),
            alignment: Self.alignment
        )
        pointer = raw.bindMemory(to: Float.self, capacity: count)
        pointer.initialize(repeating: 0, count: count)
        self.count = count
    }

    deinit {
        UnsafeMutableRawPointer(pointer).deallocate()
    }

    /// The whole buffer, to be read.
    package var elements: UnsafeBufferPointer<Float> {
        UnsafeBufferPointer(start: pointer, count: count)
    }

    /// The whole buffer, to be written.
    package var mutableElements: UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(start: pointer, count: count)
    }

    /// Sets every element to zero.
    package func clear() {
        pointer.update(repeating: 0, count: count)
    }

    /// Copies all elements from a place that holds at least `count` of them.
    package func load(from source: UnsafePointer<Float>) {
        pointer.update(from: source, count: count)
    }
}
