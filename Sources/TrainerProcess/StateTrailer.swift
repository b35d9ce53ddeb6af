import Determinism
import Training

/// What belongs to the global state beside parameters: the digest chain and running figures.
///
/// It travels with the state to a member that joins, so that every member reports the same
/// numbers whenever it came. Only ``chain`` enters the model's description as bits.
struct StateTrailer: Equatable {
    /// The digests of all states so far, chained.
    var chain = FastDigest(high: 0, low: 0)
    /// Training loss, hits and rows of the running epoch.
    var epochLossSum = 0.0
    var epochCorrect: Int64 = 0
    var epochSamples: Int64 = 0
    /// Mean loss and accuracy over the newest complete epoch.
    var trainLoss = 0.0
    var trainAccuracy = 0.0
    /// Complete epochs.
    var epoch: Int64 = 0

    /// What steers the job, encoded; see `Steering`.
    var steering = [UInt64](repeating: 0, count: Steering.wordCount)

    /// 32-bit words of the encoded form.
    static let wordCount = 2 * (8 + Steering.wordCount)

    /// The encoded form: little-endian 64-bit words.
    var encoded: [UInt64] {
        [
            chain.high, chain.low, epochLossSum.bitPattern, UInt64(bitPattern: epochCorrect),
            UInt64(bitPattern: epochSamples), trainLoss.bitPattern, trainAccuracy.bitPattern,
            UInt64(bitPattern: epoch),
        ] + steering
    }

    /// Reads the encoded form; nothing when the length is wrong.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == StateTrailer.wordCount * 4 else { return nil }
        func word(_ index: Int) -> UInt64 {
            bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self)
        }
        chain = FastDigest(high: word(0), low: word(1))
        epochLossSum = Double(bitPattern: word(2))
        epochCorrect = Int64(bitPattern: word(3))
        epochSamples = Int64(bitPattern: word(4))
        trainLoss = Double(bitPattern: word(5))
        trainAccuracy = Double(bitPattern: word(6))
        epoch = Int64(bitPattern: word(7))
        steering = (0..<Steering.wordCount).map { word(8 + $0) }
    }

    init() {}
}
