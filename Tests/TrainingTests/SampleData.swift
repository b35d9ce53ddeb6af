import Determinism
import Training

/// Made-up data for tests.
enum SampleData {
    /// Rows around one centre per class, far enough apart to be told apart by a plane.
    static func clusters(
        rows: Int,
        features: Int,
        classes: Int,
        noise: Float = 0.6
    ) throws -> TrainingData {
        try TrainingData(
            features: clusterFeatures(
                rows: rows,
                features: features,
                classes: classes,
                noise: noise
            ),
            labels: (0..<rows).map { Int32($0 % classes) },
            featureCount: features,
            classCount: classes
        )
    }

    /// The features of `clusters`: row i belongs to class i % classes.
    static func clusterFeatures(
        rows: Int,
        features: Int,
        classes: Int,
        noise: Float = 0.6
    ) -> [Float] {
        let centres = uniform(classes * features, lane: 1)
        let spread = uniform(rows * features, lane: 2)
        return (0..<(rows * features)).map { index in
            let (row, column) = (index / features, index % features)
            return centres[row % classes * features + column] + noise * spread[index] + 3
        }
    }

    /// Numbers in [-1, 1), always the same ones.
    static func uniform(_ count: Int, lane: UInt32) -> [Float] {
        let stream = RandomStream(seed: 42, purpose: .dropout)
        return (0..<count).map { stream.uniform(at: UInt64($0), lane: lane) * 2 - 1 }
    }

    static func rows(_ count: Int) -> [UInt32] {
        (0..<UInt32(count)).map { $0 }
    }
}

extension [Float] {
    /// The digest of the elements' bytes.
    var digest: FastDigest {
        withUnsafeBytes { FastDigest.of($0) }
    }
}
