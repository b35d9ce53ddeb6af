/// What one replica measured in one round: an entry of a `scalars` frame.
package struct ReplicaScalars: Hashable, Sendable {
    /// The replica.
    package var replica: UInt32
    /// The sum of the training losses of its rows; NaN or infinite when it diverged.
    package var lossSum: Double
    /// Training rows it classified correctly.
    package var correct: Int64
    /// Training rows.
    package var samples: Int64
    /// The sum of the losses of its evaluation rows.
    package var evalLossSum: Double
    /// Evaluation rows it classified correctly.
    package var evalCorrect: Int64
    /// Evaluation rows; 0 when the round evaluates nothing.
    package var evalSamples: Int64
    /// A digest of the delta it gave to the average; 0 in rounds that keep none.
    package var deltaDigest: UInt64

    /// The most entries of one frame.
    package static let most = 1_024
    /// Bytes before the entries: their count as u32, then a zero u32.
    static let headerBytes = 8
    /// Bytes of an entry: replica u32, zero u32, then the seven values in order.
    package static let entryBytes = 64

    /// Makes an entry.
    package init(
        replica: UInt32, lossSum: Double, correct: Int64, samples: Int64, evalLossSum: Double = 0,
        evalCorrect: Int64 = 0, evalSamples: Int64 = 0, deltaDigest: UInt64 = 0
    ) {
        self.replica = replica
        self.lossSum = lossSum
        self.correct = correct
        self.samples = samples
        self.evalLossSum = evalLossSum
        self.evalCorrect = evalCorrect
        self.evalSamples = evalSamples
        self.deltaDigest = deltaDigest
    }
}

extension ReplicaScalars {
    /// The second frame of a `scalars` frame: at most ``most`` entries, replicas ascending.
    package static func encode(_ entries: [ReplicaScalars]) -> [UInt8] {
        precondition(entries.count <= most, "a frame carries at most \(most) replicas")
        let byteCount = headerBytes + entries.count * entryBytes
        return [UInt8](unsafeUninitializedCapacity: byteCount) { storage, count in
            let buffer = UnsafeMutableRawBufferPointer(storage)
            buffer.write(UInt32(entries.count), at: 0)
            buffer.write(UInt32(0), at: 4)
            for (index, entry) in entries.enumerated() {
                entry.write(to: buffer, at: headerBytes + index * entryBytes)
            }
            count = byteCount
        }
    }

    /// Reads a second frame and checks every entry; replicas must ascend, so none counts twice.
    package static func decode(
        _ buffer: UnsafeRawBufferPointer
    ) throws(WireError) -> [ReplicaScalars] {
        let check = FieldChecks("ReplicaScalars")
        guard buffer.count <= headerBytes + most * entryBytes else {
            throw .tooLarge(
                message: check.message, byteCount: buffer.count,
                limit: headerBytes + most * entryBytes)
        }
        guard buffer.count >= headerBytes else { throw .malformed(message: check.message) }
        let count = Int(buffer.read(UInt32.self, at: 0))
        guard count <= most, buffer.count == headerBytes + count * entryBytes else {
            throw .malformed(message: check.message)
        }
        var entries: [ReplicaScalars] = []
        entries.reserveCapacity(count)
        for index in 0..<count {
            let entry = try ReplicaScalars(
                reading: buffer, at: headerBytes + index * entryBytes, check)
            if let last = entries.last, last.replica >= entry.replica {
                throw check.invalid("replica", "\(entry.replica) does not follow \(last.replica)")
            }
            entries.append(entry)
        }
        return entries
    }

    private func write(to buffer: UnsafeMutableRawBufferPointer, at start: Int) {
        buffer.write(replica, at: start)
        buffer.write(UInt32(0), at: start + 4)
        buffer.write(lossSum.bitPattern, at: start + 8)
        buffer.write(correct, at: start + 16)
        buffer.write(samples, at: start + 24)
        buffer.write(evalLossSum.bitPattern, at: start + 32)
        buffer.write(evalCorrect, at: start + 40)
        buffer.write(evalSamples, at: start + 48)
        buffer.write(deltaDigest, at: start + 56)
    }

    private init(
        reading buffer: UnsafeRawBufferPointer, at start: Int, _ check: FieldChecks
    ) throws(WireError) {
        let samples = try check.count(buffer.read(Int64.self, at: start + 24), "samples")
        let evalSamples = try check.count(buffer.read(Int64.self, at: start + 48), "evalSamples")
        self.init(
            replica: try check.number(
                buffer.read(UInt32.self, at: start), "replica",
                0...UInt32(WireLimits.mostReplicas) - 1),
            lossSum: Double(bitPattern: buffer.read(UInt64.self, at: start + 8)),
            correct: try check.number(
                buffer.read(Int64.self, at: start + 16), "correct", 0...samples),
            samples: samples,
            evalLossSum: Double(bitPattern: buffer.read(UInt64.self, at: start + 32)),
            evalCorrect: try check.number(
                buffer.read(Int64.self, at: start + 40), "evalCorrect", 0...evalSamples),
            evalSamples: evalSamples,
            deltaDigest: buffer.read(UInt64.self, at: start + 56))
    }
}
