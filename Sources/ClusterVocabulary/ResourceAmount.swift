/// An amount of processor time and memory: what a lane needs, what a node offers.
package struct ResourceAmount: Hashable, Sendable {
    /// Thousandths of a processor core.
    package var milliCPU: Int64
    /// Bytes of memory.
    package var memoryBytes: Int64

    /// Makes an amount.
    package init(milliCPU: Int64, memoryBytes: Int64) {
        self.milliCPU = milliCPU
        self.memoryBytes = memoryBytes
    }

    /// Nothing.
    package static let zero = ResourceAmount(milliCPU: 0, memoryBytes: 0)

    /// Adds component by component.
    package static func + (left: ResourceAmount, right: ResourceAmount) -> ResourceAmount {
        ResourceAmount(
            milliCPU: left.milliCPU + right.milliCPU,
            memoryBytes: left.memoryBytes + right.memoryBytes)
    }

    /// Subtracts component by component; components may go below zero.
    package static func - (left: ResourceAmount, right: ResourceAmount) -> ResourceAmount {
        ResourceAmount(
            milliCPU: left.milliCPU - right.milliCPU,
            memoryBytes: left.memoryBytes - right.memoryBytes)
    }

    /// This amount `count` times.
    package func times(_ count: Int) -> ResourceAmount {
        ResourceAmount(
            milliCPU: milliCPU * Int64(count), memoryBytes: memoryBytes * Int64(count))
    }

    /// How often `unit` fits into this amount; 0 when a component is negative.
    package func fitting(_ unit: ResourceAmount) -> Int {
        var count = Int64(Int32.max)
        if unit.milliCPU > 0 { count = min(count, max(0, milliCPU) / unit.milliCPU) }
        if unit.memoryBytes > 0 { count = min(count, max(0, memoryBytes) / unit.memoryBytes) }
        return Int(count)
    }
}
