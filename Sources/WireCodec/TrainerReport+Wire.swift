import ClusterVocabulary

extension TrainerReport: WireValue {
    init(wire: WireTrainerReport) throws(WireError) {
        switch wire.body {
        case .hello(let fingerprint): self = .hello(try KernelFingerprint(wire: fingerprint))
        case .status(let status): self = .status(try AttemptStatus(wire: status))
        case .progress(let progress): self = .progress(try TrainingProgress(wire: progress))
        case .log(let line): self = .log(try LogLine(wire: line))
        case .checkpoint(let written): self = .checkpoint(try CheckpointWritten(wire: written))
        case nil: throw .missing(message: "TrainerReport", field: "body")
        }
    }

    var wire: WireTrainerReport {
        var wire = WireTrainerReport()
        switch self {
        case .hello(let fingerprint): wire.hello = fingerprint.wire
        case .status(let status): wire.status = status.wire
        case .progress(let progress): wire.progress = progress.wire
        case .log(let line): wire.log = line.wire
        case .checkpoint(let written): wire.checkpoint = written.wire
        }
        return wire
    }
}
