import Averaging
import ClusterVocabulary

/// How a job's elements are written in frames: as they are, or rounded before and packed.
struct WireElements {
    /// For sums of a single replica; nil when they are sent as they are.
    let codec: DeltaCodec?

    init(_ compression: AveragingWork.Compression) {
        codec =
            switch compression {
            case .none: nil
            case .bf16: .bfloat16
            case .int8: .int8
            }
    }

    /// For averages: bfloat16 wherever deltas are rounded.
    var averages: DeltaCodec? { codec == nil ? nil : .bfloat16 }

    /// The codec of a sum over so many replicas: larger sums have no rounded form.
    func contributions(replicas: Int) -> DeltaCodec? { replicas == 1 ? codec : nil }

    /// Room for the packed form of `count` elements in frames, and where each frame's begins.
    static func place(of part: FrameParts.Part, _ codec: DeltaCodec) -> Int {
        codec.byteCount(part.offset)
    }
}
