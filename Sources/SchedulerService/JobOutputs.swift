import Artifacts
import ClusterVocabulary
import Foundation
import Synchronization

/// What the ranks of command jobs wrote, one bounded log for each job: the beginning and the end of
/// it, all ranks in the order in which their pieces came.
final class JobOutputs: Sendable {
    /// Bytes of the beginning kept of one job.
    static let headBytes: Int64 = 8 << 20
    /// Bytes of each of two segments of the end.
    static let segmentBytes: Int64 = 8 << 20
    /// Logs held open.
    static let mostOpen = 256
    /// Pieces held while their values become durable; the oldest goes then and is asked for again.
    static let mostHeld = 256

    private struct Source: Hashable {
        let attempt: UInt32
        let rank: Int
    }

    private final class Log {
        let file: OutputLog
        /// What is here of each rank.
        var positions: [Source: Int64] = [:]
        var lastUse: UInt64 = 0

        init(_ file: OutputLog) {
            self.file = file
            var from: Int64 = 0
            while true {
                let piece = file.read(from: from, most: 1 << 20)
                guard !piece.bytes.isEmpty else { break }
                var rest = piece.bytes[...]
                while let record = JobOutputRecord(first: rest) {
                    let source = Source(attempt: record.attempt, rank: record.rank)
                    positions[source] = max(positions[source] ?? 0, record.next)
                    rest = rest.dropFirst(record.byteCount)
                }
                from = piece.position + Int64(piece.bytes.count)
            }
        }
    }

    private struct RankID: Hashable {
        let attempt: AttemptID
        let rank: Int
    }

    private struct Held {
        let output: CommandOutput
        let since: UInt64
    }

    private struct State {
        var open: [JobID: Log] = [:]
        /// The newest piece with values of each rank, until ``store(_:rank:to:)`` or a restart.
        var held: [RankID: Held] = [:]
        var uses: UInt64 = 0
    }

    private let folder: String
    private let state = Mutex(State())

    init(folder: String) throws {
        self.folder = folder
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
    }

    private func path(_ job: JobID) -> String { "\(folder)/\(job)" }

    /// Takes a piece that goes on where this log ends; says what is here of the rank then, and
    /// whether the piece was taken.
    func accept(_ output: CommandOutput) throws -> (position: Int64, isTaken: Bool) {
        try state.withLock { state in try accept(output, &state) }
    }

    /// Keeps a piece with values in memory until these are durable; `false` when it does not go on
    /// where the log ends and can be answered at once.
    func hold(_ output: CommandOutput) throws -> Bool {
        try state.withLock { state in
            let log = try log(of: output.attempt.job, &state)
            let source = Source(attempt: output.attempt.number, rank: output.rank)
            guard output.from == log.positions[source] ?? 0 else { return false }
            let id = RankID(attempt: output.attempt, rank: output.rank)
            if state.held[id] == nil, state.held.count >= JobOutputs.mostHeld,
                let oldest = state.held.min(by: { $0.value.since < $1.value.since })?.key
            {
                state.held[oldest] = nil
            }
            state.held[id] = Held(output: output, since: state.uses)
            return true
        }
    }

    /// Stores the piece that is held of a rank and ends at `position`, and says what is here of the
    /// rank then; `nil` when another is held, which has its own turn, or none.
    func store(_ attempt: AttemptID, rank: Int, to position: Int64) throws -> Int64? {
        try state.withLock { state in
            let id = RankID(attempt: attempt, rank: rank)
            guard let output = state.held[id]?.output, output.end == position else { return nil }
            state.held[id] = nil
            return try accept(output, &state).position
        }
    }

    private func accept(
        _ output: CommandOutput, _ state: inout State
    ) throws -> (position: Int64, isTaken: Bool) {
        let log = try log(of: output.attempt.job, &state)
        let source = Source(attempt: output.attempt.number, rank: output.rank)
        let known = log.positions[source] ?? 0
        guard output.from == known, output.position >= known, !output.bytes.isEmpty else {
            return (known, false)
        }
        var records: [UInt8] = []
        func add(
            _ stream: OutputRecord.Stream, _ at: Int64, _ next: Int64,
            _ text: ArraySlice<UInt8>
        ) {
            JobOutputRecord(
                stream: stream, rank: output.rank, at: at, attempt: output.attempt.number,
                next: next, text: text
            ).append(to: &records)
        }
        if output.position > output.from {
            let note = "[mlctl: \(output.position - output.from) bytes of output left out]\n"
            add(.note, WallClock.milliseconds, output.position, Array(note.utf8)[...])
        }
        var next = output.position
        for record in OutputRecord.records(in: output.bytes[...]).records {
            next += Int64(record.byteCount)
            add(record.stream, record.at, next, record.text)
        }
        guard next > known else { return (known, false) }
        try records.withUnsafeBytes { try log.file.append($0) }
        log.positions[source] = next
        return (next, true)
    }

    /// Whole records of a job from a position on; where they begin, and where the log ends.
    func read(
        _ job: JobID, from: Int64, most: Int
    ) throws -> (position: Int64, bytes: [UInt8], end: Int64) {
        try state.withLock { state in
            guard state.open[job] != nil || FileManager.default.fileExists(atPath: path(job))
            else { return (0, [], 0) }
            let log = try log(of: job, &state)
            let piece = log.file.read(from: from, most: most)
            return (piece.position, piece.bytes, log.file.end)
        }
    }

    /// Removes a job's output.
    func remove(_ job: JobID) {
        state.withLock { state in
            state.open[job] = nil
            for id in state.held.keys where id.attempt.job == job { state.held[id] = nil }
            try? FileManager.default.removeItem(atPath: path(job))
        }
    }

    private func log(of job: JobID, _ state: inout State) throws -> Log {
        state.uses += 1
        if let log = state.open[job] {
            log.lastUse = state.uses
            return log
        }
        if state.open.count >= JobOutputs.mostOpen,
            let oldest = state.open.min(by: { $0.value.lastUse < $1.value.lastUse })?.key
        {
            state.open[oldest] = nil
        }
        let log = Log(
            try OutputLog(
                folder: path(job), headerBytes: JobOutputRecord.headerBytes,
                bounds: OutputLog.Bounds(
                    head: JobOutputs.headBytes, segment: JobOutputs.segmentBytes)))
        log.lastUse = state.uses
        state.open[job] = log
        return log
    }
}
