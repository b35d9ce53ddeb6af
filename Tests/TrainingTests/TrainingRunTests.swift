import Determinism
import LinearAlgebra
import Testing

@testable import Training

@Suite struct TrainingRunTests {
    private struct Job {
        var data: TrainingData
        var rows: [UInt32]
        var standardization: Standardization?
        var architecture: ModelArchitecture
        var plan: TrainingPlan
        var optimizer: OptimizerConfiguration

        func trainer() throws -> ReplicaTrainer {
            try ReplicaTrainer(
                data: data,
                trainRows: rows,
                standardization: standardization,
                architecture: architecture,
                plan: plan,
                optimizer: optimizer
            )
        }

        func reference(start: [Float]? = nil) throws -> ReferenceRun.Outcome {
            try ReferenceRun.run(
                data: data,
                trainRows: rows,
                standardization: standardization,
                architecture: architecture,
                plan: plan,
                optimizer: optimizer,
                start: start
            )
        }
    }

    private func job(
        architecture: ModelArchitecture = .multilayerPerceptron(hidden: [24]),
        replicas: Int = 3,
        epochs: Int = 6
    ) throws -> Job {
        try BLAS.load()
        let data = try SampleData.clusters(rows: 500, features: 19, classes: 5)
        let split = try DataSplit(rows: 500, validation: 0.1, test: 0.2, seed: 7)
        return Job(
            data: data,
            rows: split.train,
            standardization: try Standardization(fitting: data, rows: split.train),
            architecture: architecture,
            plan: try TrainingPlan(
                replicas: replicas,
                batchSize: 16,
                epochs: epochs,
                every: 4,
                seed: 7,
                trainRows: split.train.count
            ),
            optimizer: try OptimizerConfiguration(learningRate: 0.05, momentum: 0.9)
        )
    }

    @Test(arguments: [
        ModelArchitecture.softmaxRegression, .multilayerPerceptron(hidden: [24]),
        .multilayerPerceptron(hidden: [16, 12]),
    ])
    func learnsSeparableClasses(architecture: ModelArchitecture) throws {
        let job = try job(architecture: architecture)
        let split = try DataSplit(rows: 500, validation: 0.1, test: 0.2, seed: 7)
        let layout = try ParameterLayout(
            architecture: architecture,
            featureCount: 19,
            classCount: 5
        )
        let evaluator = try Evaluator(layout: layout, standardization: job.standardization)
        let outcome = try job.reference()
        let before = evaluator.evaluate(
            job.data,
            rows: split.test,
            parameters: layout.initialState(optimizer: job.optimizer, seed: 7)
        )
        let after = evaluator.evaluate(job.data, rows: split.test, parameters: outcome.state)
        #expect(after.samples == 100)
        #expect(before.accuracy < 0.6)
        #expect(after.accuracy >= 0.97, "accuracy \(after.accuracy)")
        #expect(outcome.rounds.count == job.plan.rounds)
        let losses = outcome.rounds.map(\.meanLoss)
        #expect((losses.last ?? 9) < 0.3 * (losses.first ?? 0))
        #expect(outcome.rounds[0].samples == 4 * 3 * 16)
    }

    @Test func theSameRunGivesTheSameBits() throws {
        let first = try job().reference()
        let second = try job().reference()
        #expect(first == second)
        #expect(first.state.digest == second.state.digest)
    }

    @Test func anyTrainerGivesTheSameBitsWhateverItRanBefore() throws {
        let job = try job()
        let fresh = try job.trainer()
        let used = try job.trainer()
        let state = fresh.layout.initialState(optimizer: job.optimizer, seed: 7)
        var expected = [Float](repeating: 0, count: fresh.stateCount)
        var found = expected
        let noise = SampleData.uniform(state.count, lane: 5)
        for (replica, round) in [(2, 4), (0, 1), (1, 5)] {
            _ = used.run(replica: replica, round: round, globalState: noise, delta: &found)
        }
        let first = fresh.run(replica: 1, round: 2, globalState: state, delta: &expected)
        let second = used.run(replica: 1, round: 2, globalState: state, delta: &found)
        #expect(first == second)
        #expect(expected.digest == found.digest)
        _ = used.run(replica: 2, round: 2, globalState: state, delta: &found)
        #expect(expected.digest != found.digest, "replicas must read different rows")
    }

    @Test func aRunOfRoundsCanBeContinuedFromItsState() throws {
        let job = try job()
        let whole = try job.reference()
        let trainer = try job.trainer()
        var state = trainer.layout.initialState(optimizer: job.optimizer, seed: 7)
        let share = 1 / Float(3)
        for round in 0..<job.plan.rounds {
            // Replicas in another order and in trainers of their own.
            var deltas = [[Float]](repeating: [], count: 3)
            for replica in [2, 0, 1] {
                var delta = [Float](repeating: 0, count: state.count)
                let other = try job.trainer()
                _ = other.run(replica: replica, round: round, globalState: state, delta: &delta)
                deltas[replica] = delta
            }
            for index in state.indices {
                state[index] += (deltas[0][index] + deltas[1][index] + deltas[2][index]) * share
            }
        }
        #expect(state.digest == whole.state.digest)
    }

    @Test func stopsBetweenStepsAndLeavesTheDeltaAlone() throws {
        let job = try job()
        let trainer = try job.trainer()
        let state = trainer.layout.initialState(optimizer: job.optimizer, seed: 7)
        var delta = [Float](repeating: 5, count: trainer.stateCount)
        var asked = 0
        let stopped = trainer.run(replica: 0, round: 0, globalState: state, delta: &delta) {
            asked += 1
            return asked == 3
        }
        #expect(stopped == nil)
        #expect(asked == 3)
        #expect(delta.allSatisfy { $0 == 5 })
    }

    @Test func aDivergingRunIsSeenInItsLoss() throws {
        var job = try job(replicas: 1)
        job.optimizer = try OptimizerConfiguration(learningRate: 1e30, momentum: 0)
        let outcome = try job.reference()
        #expect(outcome.rounds.contains { !$0.isFinite })
    }

    @Test func partsThatDoNotFitAreRefused() throws {
        var wrong = try job()
        wrong.rows.removeLast()
        #expect(throws: TrainingRefusal.self) { try wrong.trainer() }
        wrong = try job()
        wrong.rows[3] = 500
        #expect(throws: TrainingRefusal.rowOutOfRange(row: 500, rows: 500)) {
            try wrong.trainer()
        }
        wrong = try job()
        wrong.standardization = .identity(featureCount: 3)
        #expect(throws: TrainingRefusal.self) { try wrong.trainer() }
    }

    /// The kernels whose bits the golden digests below belong to.
    private static var hasPortableKernels: Bool {
        ["Haswell", "Zen"].contains(BLAS.coreName)
    }

    @Test(
        .enabled(
            if: TrainingRunTests.hasPortableKernels,
            "golden digests are those of the AVX2 kernels; run with OPENBLAS_CORETYPE=Haswell"
        )
    )
    func theBitsAreThoseOfTheGoldenRun() throws {
        let perceptron = try job(architecture: .multilayerPerceptron(hidden: [24, 12]))
        let perceptronDigest = try perceptron.reference().state.digest
        #expect(perceptronDigest.description == "579cb94448635ae9afacb087ade94961")
        let regression = try job(architecture: .softmaxRegression, replicas: 7, epochs: 3)
        let regressionDigest = try regression.reference().state.digest
        #expect(regressionDigest.description == "0962de28ed27e280b8175bee4adb2b7f")
    }

    @Test(
        .enabled(
            if: TrainingRunTests.hasPortableKernels,
            "golden digests are those of the AVX2 kernels; run with OPENBLAS_CORETYPE=Haswell"
        )
    )
    func theFingerprintIsTheGoldenOne() throws {
        try BLAS.load()
        let fingerprint = NumericsFingerprint.compute()
        #expect(fingerprint == NumericsFingerprint.compute())
        #expect(fingerprint.description == "d503b8800c864e43230c3f12ea0bf9bc")
    }
}
