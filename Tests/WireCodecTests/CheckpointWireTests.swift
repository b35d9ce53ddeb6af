import ClusterVocabulary
import Testing
import WireCodec

/// Checkpoints and the figures of the exchange come back as they were sent.
struct CheckpointWireTests {
    private typealias Fixtures = VocabularyFixtures

    private static let figures = {
        var figures = ExchangeFigures()
        figures.rounds = 3
        figures.steps = 24
        figures.computeSeconds = 1.5
        figures.exchangeSeconds = 0.25
        figures.straggleSeconds = 0.125
        figures.waitSeconds = 0.0625
        figures.bytesSent = 1 << 40
        return figures
    }()

    @Test func digestsOfRoundsComeBack() throws {
        var progress = Fixtures.progress
        let computed = ComputedRounds(
            shares: [
                .init(node: NodeID("h1"), firstReplica: 0, endReplica: 3),
                .init(node: NodeID("h2"), firstReplica: 3, endReplica: 4),
            ],
            rounds: [
                .init(number: 7, state: .max, deltas: [1, 2, 3, 4]),
                .init(number: 9, state: 0, deltas: [.max, 0, 5, 6]),
            ])
        progress.computed = computed
        let bytes = WireCodec.encode(WorkerMessage.progress(progress))
        #expect(
            try decoded(bytes, WireCodec.decodeWorkerMessage) == .progress(progress))
        // Rounds must ascend, and a report has so many at most.
        progress.computed?.rounds.swapAt(0, 1)
        let swapped = WireCodec.encode(WorkerMessage.progress(progress))
        #expect(throws: WireError.self) { try decoded(swapped, WireCodec.decodeWorkerMessage) }
        progress.computed?.rounds = (0...Int64(ComputedRounds.mostRounds)).map {
            .init(number: $0, state: 1, deltas: [1])
        }
        let many = WireCodec.encode(WorkerMessage.progress(progress))
        #expect(throws: WireError.self) { try decoded(many, WireCodec.decodeWorkerMessage) }
    }

    @Test func reportsComeBack() throws {
        let worker = WorkerMessage.checkpointed(Fixtures.written)
        #expect(try decoded(WireCodec.encode(worker), WireCodec.decodeWorkerMessage) == worker)
        let trainer = TrainerReport.checkpoint(Fixtures.written)
        #expect(try decoded(WireCodec.encode(trainer), WireCodec.decodeTrainerReport) == trainer)
        var progress = Fixtures.progress
        progress.exchange = Self.figures
        let message = WorkerMessage.progress(progress)
        #expect(try decoded(WireCodec.encode(message), WireCodec.decodeWorkerMessage) == message)
    }

    @Test func commandsAndRecordsComeBack() throws {
        var prepare = Fixtures.prepare
        prepare.checkpoint = Fixtures.written.checkpoint
        let message = SchedulerMessage.prepare(prepare)
        #expect(
            try decoded(WireCodec.encode(message), WireCodec.decodeSchedulerMessage) == message)
        var places = Fixtures.places
        places.checkpointPath = "/var/lib/mlctl/models/4-1.begin-7"
        let command = TrainerCommand.prepare(prepare, places)
        #expect(try decoded(WireCodec.encode(command), WireCodec.decodeTrainerCommand) == command)
        var record = Fixtures.job
        record.checkpoint = Fixtures.written.checkpoint
        record.exchange = Self.figures
        #expect(try decoded(WireCodec.encode(record), WireCodec.decodeJobRecord) == record)
    }

    @Test func figuresOutsideTheirBoundsAreRefused() {
        var progress = Fixtures.progress
        progress.exchange = Self.figures
        progress.exchange.waitSeconds = -1
        let bytes = WireCodec.encode(WorkerMessage.progress(progress))
        #expect(throws: WireError.self) {
            try decoded(bytes, WireCodec.decodeWorkerMessage)
        }
    }
}
