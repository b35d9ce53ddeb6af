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
