import ClusterVocabulary
import ExperimentCore
import Testing

@testable import JobSpecification

/// A ledger and a cluster around the experiments: trials' jobs run and report as a script says,
/// and everything can be killed and recovered between any two commits.
struct SimulatedJobs {
    var core = Experiments()
    /// What is durable.
    var records: [ExperimentID: ExperimentRecord] = [:]
    var texts: [ExperimentID: String] = [:]
    var trials: [ExperimentID: [UInt32: Trial]] = [:]
    /// Jobs that run, in order, with their trials.
    var running: [(job: JobID, trial: Trial)] = []
    var stopped: [JobID: Reason] = [:]
    /// How often each trial was given a job.
    var placements: [UInt32: Int] = [:]
    var nextJob: UInt64 = 1
    var now: Int64 = 1_000

    static let document = """
        apiVersion: mlctl.dev/v1
        kind: Experiment
        metadata: {name: tune}
        spec:
          objective: {metric: validation.accuracy, direction: maximize}
          algorithm: {random: {seed: 1}}
          trials: {max: 20, parallel: 4}
          parameters:
            - name: lr
              logUniform: {min: 1.0e-4, max: 1}
              sets: training.optimizer.sgd.learningRate
            - {name: hidden, categorical: [[64], [128, 64]], sets: model.mlp.hidden}
          template:
            apiVersion: mlctl.dev/v1
            kind: TrainJob
            spec:
              data: {source: {file: digits.csv}, split: {validation: 0.2}}
              model: {mlp: {hidden: [32]}}
              training: {epochs: 10}

        """

    static func specification(
        _ text: String = document, replacing changes: [String: String] = [:]
    ) throws -> ExperimentSpecification {
        var text = text
        for (old, new) in changes {
            try #require(text.contains(old), "\(old)")
            text.replace(old, with: new)
        }
        let reading = SpecificationReader.read(text, file: "tune.yaml")
        #expect(reading.diagnostics.map { $0.rendered() } == [])
        return try #require(reading.experiments.first)
    }

    /// Submits an experiment and gives its number.
    @discardableResult
    mutating func submit(
        _ specification: ExperimentSpecification, known: [Trial] = []
    ) throws -> ExperimentID {
        let submission = ExperimentSubmission(
            user: "ana", idempotencyKey: "", specification: specification,
            text: specification.canonicalYAML())
        let effects = take(.create(submission, run: 1, known: known))
        guard case .accepted(let id, _, _)? = effects.answer else {
            throw Refused(answer: "\(String(describing: effects.answer))")
        }
        return id
    }

    struct Refused: Error { let answer: String }

    /// Steps, commits, and starts and stops jobs, as the scheduler's loop does in one commit.
    @discardableResult
    mutating func take(_ event: ExperimentEvent) -> ExperimentEffects {
        now += 1
        var all = core.step(event, atWall: now)
        perform(&all)
        return all
    }

    mutating func perform(_ all: inout ExperimentEffects) {
        var (started, stops) = (0, 0)
        while started < all.starts.count || stops < all.stops.count {
            while stops < all.stops.count {
                let stop = all.stops[stops]
                stops += 1
                stopped[stop.job] = stop.reason
                running.removeAll { $0.job == stop.job }
            }
            while started < all.starts.count {
                let trial = all.starts[started].trial
                started += 1
                let job = JobID(nextJob)
                nextJob += 1
                placements[trial.number, default: 0] += 1
                running.append((job, trial))
                all.append(
                    core.step(.placed(trial.experiment, trial: trial.number, job), atWall: now))
            }
        }
        for text in all.specifications { texts[text.experiment] = text.text }
        for id in all.changed { records[id] = core.record(of: id) }
        for trial in all.trials + all.reported {
            let known = trials[trial.experiment]?[trial.number]
            if let known, known.state != .running, known.state != .paused,
                trial.state == .running
            {
                continue
            }
            trials[trial.experiment, default: [:]][trial.number] = trial
        }
        for id in all.deleted { records[id] = nil }
    }

    /// Ends the job of a trial with a value of its metrics, or fails it without.
    mutating func finish(_ index: Int, _ metrics: [Metric]?) {
        let (job, _) = running.remove(at: index)
        var record = SimulatedJobs.job(job)
        if let metrics {
            record.state = .succeeded
            record.model = TrainedModel(
                weightsDigest: "", descriptionDigest: "", byteCount: 0, metrics: metrics,
                roundChain: "", rounds: 1)
        } else {
            record.state = .failed
            record.reason = Reason(.diverged, "the loss is not finite")
        }
        take(.job(record))
    }

    mutating func report(_ index: Int, step: Int64, _ value: Double) {
        take(
            .report(
                running[index].job,
                TrialReport(step: step, metrics: [Metric("validation.accuracy", value)])))
    }

    /// Forgets everything that is not durable and starts again from the rest.
    mutating func restart() throws {
        var items: [RecoveredExperiments.Item] = []
        for id in records.keys.sorted() {
            guard let record = records[id], let text = texts[id] else { continue }
            let reading = SpecificationReader.read(text, file: "ledger")
            #expect(reading.diagnostics.map { $0.rendered() } == [])
            items.append(
                RecoveredExperiments.Item(
                    record: record, specification: try #require(reading.experiments.first),
                    trials: (trials[id] ?? [:]).values.sorted { $0.number < $1.number },
                    known: []))
        }
        core = Experiments()
        let problems = core.recover(
            RecoveredExperiments(
                items: items, next: ExperimentID(UInt64(items.count) + 1), lastRuns: [:],
                byKey: [:]))
        #expect(problems.isEmpty)
        var effects = core.goOn(atWall: now)
        perform(&effects)
    }

    func all(_ id: ExperimentID) -> [Trial] {
        (trials[id] ?? [:]).values.sorted { $0.number < $1.number }
    }

    static func job(_ id: JobID) -> JobRecord {
        JobRecord(
            id: id, namespace: "default", name: "tune-1", run: 1, user: "ana", labels: [],
            idempotencyKey: "",
            work: TrainingWork(
                data: DatasetReference(key: "", files: [], format: ""), validationFraction: 0.2,
                testFraction: 0, splitSeed: 0, standardizes: false, hiddenLayers: [],
                replicas: 1, batchSize: 1, epochs: 1, seed: 0,
                optimizer: .sgd(learningRate: 0.1, momentum: 0), averagesOptimizerState: true,
                stepsPerRound: 1),
            requirements: JobRequirements(
                perLane: .zero, mostHosts: 0, numerics: "auto", timeLimitSeconds: 0,
                backoffLimit: 0, keepFinishedSeconds: 0, isSuspended: false, modelName: ""),
            submittedAt: 0)
    }
}
