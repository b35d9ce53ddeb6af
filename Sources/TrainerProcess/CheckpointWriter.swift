import Artifacts
import ClusterVocabulary
import Dispatch
import Foundation
import LinearAlgebra
import Messaging
import Synchronization

/// Writes checkpoints of one attempt beside training: the state is copied at a round's border, the
/// copy is written by another thread, and the file is reported at a later border.
///
/// One at a time: while one is being written none is begun.
final class CheckpointWriter {
    private let work: AveragingWork
    private let attempt: AttemptID
    private let places: TrainerPlaces
    private let queue = DispatchQueue(label: "mlctl.checkpoints")
    private var lastAt = ContinuousClock.now
    /// One by rounds became due where this member did not hold all of the state.
    private var isOverdue = false
    private var copy: FloatBuffer?
    private let outcome = CheckpointOutcome()
    /// Whether there is a checkpoint of the job: from an earlier attempt, or begun by this one.
    private var isAnyKept: Bool
    /// What `copy` holds of the newest round that was fine, until the first checkpoint is begun.
    private var remembered: CheckpointFile.Contents?

    init(_ prepare: PrepareTraining, places: TrainerPlaces) {
        isAnyKept = prepare.checkpoint != nil
        work = prepare.work.averaging
        attempt = prepare.attempt
        self.places = places
    }

    /// What became of a checkpoint begun before, once it is known.
    func finished() -> Result<CheckpointWritten, any Error>? { outcome.take() }

    /// Begins a checkpoint when one is due after the session's newest round.
    func considerWriting(_ session: TrainingSession) {
        let round = session.completeRounds
        let byRounds = work.checkpointRounds > 0 && round % work.checkpointRounds == 0
        let byTime =
            work.checkpointSeconds > 0
            && ContinuousClock.now - lastAt >= .seconds(work.checkpointSeconds)
        guard byRounds || byTime || isOverdue, round > 0, round < session.totalRounds
        else { return }
        guard session.isAtAnchor else {
            isOverdue = isOverdue || byRounds
            return
        }
        guard outcome.begin() else { return }
        isOverdue = false
        lastAt = ContinuousClock.now
        let job = job(contents(session))
        queue.async { [attempt, outcome] in outcome.put(job.write(attempt)) }
    }

    /// Copies the state before a round whose loss was a number, while no checkpoint is kept: what
    /// ``keepLast()`` writes when the next one's is none. The seed's state needs no copy.
    func remember(_ session: TrainingSession) {
        guard !isAnyKept, work.checkpointSeconds > 0 || work.checkpointRounds > 0,
            session.completeRounds > 0, session.isAtAnchor
        else { return }
        remembered = contents(session)
    }

    /// Before an end in divergence: what is being written becomes whole; where nothing was, what
    /// is remembered is written.
    func keepLast() -> Result<CheckpointWritten, any Error>? {
        queue.sync {}
        if let written = outcome.take() { return written }
        guard !isAnyKept, let remembered else { return nil }
        return job(remembered).write(attempt)
    }

    /// Copies the state, and says what it is.
    private func contents(_ session: TrainingSession) -> CheckpointFile.Contents {
        let copy = copy ?? FloatBuffer(count: session.state.count)
        self.copy = copy
        copy.load(from: UnsafePointer(session.state.pointer))
        return CheckpointFile.Contents(
            job: attempt.job.number, round: session.completeRounds, trailer: session.trailer)
    }

    private func job(_ contents: CheckpointFile.Contents) -> CheckpointJob {
        isAnyKept = true
        return CheckpointJob(
            contents: contents, elements: copy ?? FloatBuffer(count: 0),
            path: places.checkpointPath(afterRounds: contents.round))
    }
}

/// A copy of the state on its way to a file.
///
/// @unchecked: the copy is filled before the writing thread gets it, and nobody touches it until
/// that thread has put its outcome.
private final class CheckpointJob: @unchecked Sendable {
    private let contents: CheckpointFile.Contents
    private let elements: FloatBuffer
    private let path: String

    init(contents: CheckpointFile.Contents, elements: FloatBuffer, path: String) {
        self.contents = contents
        self.elements = elements
        self.path = path
    }

    func write(_ attempt: AttemptID) -> Result<CheckpointWritten, any Error> {
        Result {
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent,
                withIntermediateDirectories: true)
            let file = try CheckpointFile.write(contents, elements.elements, to: path)
            return CheckpointWritten(
                attempt: attempt,
                checkpoint: CheckpointReference(
                    round: contents.round, digest: file.digest.hex,
                    byteCount: Int64(file.byteCount)))
        }
    }
}

/// Where the writing thread leaves its outcome.
private final class CheckpointOutcome: Sendable {
    private enum State {
        case idle
        case writing
        case done(Result<CheckpointWritten, any Error>)
    }

    private let state = Mutex(State.idle)

    /// Whether nothing was being written; now something is.
    func begin() -> Bool {
        state.withLock {
            guard case .idle = $0 else { return false }
            $0 = .writing
            return true
        }
    }

    func put(_ result: Result<CheckpointWritten, any Error>) {
        state.withLock { $0 = .done(result) }
    }

    func take() -> Result<CheckpointWritten, any Error>? {
        state.withLock {
            guard case .done(let result) = $0 else { return nil }
            $0 = .idle
            return result
        }
    }
}
