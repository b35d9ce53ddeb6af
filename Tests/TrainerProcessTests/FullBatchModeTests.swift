import ClusterVocabulary
import LinearAlgebra
import Testing
import Training

@testable import TrainerProcess

/// L-BFGS is inside the promise: the same bits on any members, over joins, leaves and checkpoints.
struct FullBatchModeTests {
    private static func bench(_ change: (inout TrainingWork) -> Void = { _ in }) throws
        -> ExchangeBench
    {
        try ExchangeBench { work in
            work.optimizer = OptimizerWork(rule: .lbfgs, learningRate: 1)
            work.optimizer.memory = 4
            work.optimizer.l2 = 1e-3
            work.optimizer.tolerance = 1e-4
            work.loss.classWeighting = .balanced
            work.model.activation = .tanh
            work.batchSize = 16
            work.epochs = 60
            work.stepsPerRound = 1
            change(&work)
        }
    }

    /// The accepted values a single thread ends with.
    private func expected(_ bench: ExchangeBench) throws -> [Float] {
        let work = bench.work
        let split = try DataSplit(
            rows: bench.data.rows, validation: work.validationFraction, test: work.testFraction,
            seed: work.splitSeed)
        let optimizer = try OptimizerConfiguration(
            work.optimizer, averagesState: work.averagesOptimizerState)
        return try ReferenceRun.run(
            data: bench.data, trainRows: split.train,
            standardization: Standardization(fitting: bench.data, rows: split.train),
            architecture: ModelArchitecture(work),
            plan: TrainingPlan(work, trainRows: split.train.count, optimizer: optimizer),
            optimizer: optimizer,
            classWeights: ClassWeights(work.loss).values(
                classNames: ["a", "b", "c", "d"], data: bench.data, trainRows: split.train)
        ).state
    }

    private func model(_ member: BenchMember) -> [Float] {
        member.session.writeFinalValues()
        return Array(member.session.measured.elements)
    }

    @Test func membersDoNotChangeABit() throws {
        let bench = try Self.bench()
        let alone = try bench.member("h0")
        try bench.run([alone])
        #expect(model(alone) == (try expected(bench)))
        let members = try (0..<3).map { try bench.member("h3\($0)") }
        try bench.run(members, lanes: [1, 2, 1])
        for member in members {
            #expect(member.session.stateDigest == alone.session.stateDigest)
            #expect(member.session.trailer == alone.session.trailer)
            #expect(model(member) == model(alone))
        }
        #expect(alone.session.trailer.trainLoss < 0.2)
    }

    @Test func joiningLeavingAndGoingOnDoNotChangeABit() throws {
        let bench = try Self.bench()
        let alone = try bench.member("alone")
        try bench.run([alone])
        let (first, second) = (try bench.member("a"), try bench.member("b"))
        try bench.run([first, second], until: 7)
        let third = try bench.member("c")
        try bench.run([second, third], until: 19, lanes: [1, 3])
        // As from a checkpoint: the state alone.
        let fourth = try bench.member("d")
        fourth.session.state.load(from: third.session.state.pointer)
        fourth.session.adopt(
            round: third.session.completeRounds, trailer: third.session.trailer)
        try bench.run([fourth])
        #expect(fourth.session.stateDigest == alone.session.stateDigest)
        #expect(fourth.session.trailer == alone.session.trailer)
        #expect(model(fourth) == (try expected(bench)))
    }

    /// A convex problem ends before its last pass, and says so.
    @Test func itEndsWhenThereIsNothingLeftToGain() throws {
        let bench = try Self.bench { work in
            work.model = .layered([])
            work.epochs = 500
        }
        let member = try bench.member("a")
        try bench.run([member])
        #expect(member.session.completeRounds < 100)
        #expect(member.session.isComplete)
        #expect(member.session.earlyStop?.contains("lbfgs ended after") == true)
    }

    /// Early stopping watches accepted points, never one that is only tried.
    @Test func earlyStoppingKeepsTheBestAcceptedPoint() throws {
        let bench = try Self.bench { work in
            work.steering.patience = 4
            work.steering.restoresBest = true
            work.optimizer.l2 = 0
            work.optimizer.tolerance = 0
            work.epochs = 300
        }
        let members = try (0..<2).map { try bench.member("h\($0)") }
        try bench.run(members)
        let session = members[0].session
        #expect(session.completeRounds < session.totalRounds)
        #expect(model(members[0]) == model(members[1]))
        let figure = session.steering.rules.figure(
            try #require(
                session.measure(session.split.validation, UnsafePointer(session.measured.pointer))))
        #expect(figure <= (session.steering.best ?? -1))
    }
}
