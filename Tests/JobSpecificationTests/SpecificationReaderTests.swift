import ClusterVocabulary
import Datasets
import Testing

@testable import JobSpecification

@Suite("Reading a training job")
struct SpecificationReaderTests {
    @Test func aMinimalJobGetsEveryDefault() throws {
        let job = try #require(try Samples.read(Samples.minimal).jobs.first)
        #expect(job.namespace == "default")
        #expect(job.modelName == "digits")
        #expect(job.replicas == 1)
        #expect(job.format == .csv(.init(label: .index(-1))))
        #expect(job.validationFraction == 0.1)
        #expect(job.testFraction == 0.2)
        #expect(job.epochs == 10)
        #expect(job.batchSize == 32)
        #expect(job.optimizer.learningRate == 0.01)
        #expect(job.optimizer.momentum == 0)
        #expect(job.every == .planned)
        #expect(job.averagesOptimizerState)
        #expect(!job.standardizes)
        #expect(
            job.requirements
                == JobRequirements(
                    perLane: ResourceAmount(milliCPU: 1_000, memoryBytes: 512 << 20),
                    mostHosts: 0, numerics: "auto", timeLimitSeconds: 0, backoffLimit: 3,
                    keepFinishedSeconds: 0, isSuspended: false, modelName: "digits"))
    }

    @Test func aCompleteJobIsReadAsWritten() throws {
        let reading = try Samples.read(Samples.complete)
        #expect(reading.diagnostics.map { $0.rendered() } == [])
        let job = try #require(reading.jobs.first)
        let labels = job.labels.map { "\($0.key)=\($0.value)" }
        #expect(labels == ["app.example.org/part=data", "tier=1"])
        #expect(job.format == .csv(.init(label: .name("64"), header: true, delimiter: .tab)))
        #expect(job.dataSource.roles == [.train, .test])
        #expect(job.testFraction == 0)
        #expect(job.splitSeed == .max)
        #expect(job.epochs == 20)
        #expect(job.perReplica == ResourceAmount(milliCPU: 1_500, memoryBytes: 768 << 20))
        #expect(job.mostHosts == 3)
        #expect(job.timeLimitSeconds == 5_400)
        #expect(job.keepFinishedSeconds == 30 * 86_400)
        #expect(job.isSuspended)
        let reference = DatasetReference(key: Samples.digest, files: [], format: "csv")
        let work = job.work(data: reference)
        #expect(work.stepsPerRound == 16)
        #expect(!work.averagesOptimizerState)
        #expect(work.hiddenLayers == [64, 32])
        #expect(work.optimizer.learningRate == 0.001)
        #expect(work.optimizer.momentum == 0.9)
    }

    @Test func anAutomaticIntervalIsZeroStepsUntilFrozen() throws {
        let job = try #require(try Samples.read(Samples.minimal).jobs.first)
        let reference = DatasetReference(key: "", files: [], format: "")
        #expect(job.work(data: reference).stepsPerRound == 0)
    }

    /// Defaults: DiLoCo's 0.7 and 0.9, fairscale's 0.5 for SlowMo.
    @Test func averagingModesBecomeWork() throws {
        let reference = DatasetReference(key: "", files: [], format: "")
        func work(_ fields: String) throws -> TrainingWork {
            let text = Samples.minimal + "  averaging: {\(fields)}\n"
            return try #require(try Samples.read(text).jobs.first).work(data: reference)
        }
        var plain = AveragingWork()
        plain.checkpointSeconds = 60
        #expect(try work("every: 5").averaging == plain)
        let nesterov = try work("every: 5, outer: {nesterov: {}}").averaging
        #expect(nesterov.outer == .nesterov)
        #expect(nesterov.outerRate == 0.7)
        #expect(nesterov.outerMomentum == 0.9)
        let elastic = try work("every: 5, outer: {elastic: {}}, optimizerState: keep")
        #expect(elastic.averaging.outer == .elastic)
        #expect(elastic.averaging.outerRate == 0.9)
        #expect(elastic.averaging.keepsOptimizerState)
        #expect(!elastic.averagesOptimizerState)
        #expect(try work("every: 5, compression: int8").averaging.compression == .int8)
        let slow = try work("every: 5, outer: {slowMomentum: {}}, weighting: samples").averaging
        #expect(slow.outer == .slowMomentum)
        #expect(slow.outerRate == 1)
        #expect(slow.outerMomentum == 0.5)
        #expect(slow.weighting == .samples)
        let once = try work("every: once")
        #expect(once.averaging.interval == .once)
        #expect(once.stepsPerRound == 1_000_000)
        let local = try work("every: {postLocal: {start: 12}}")
        #expect(local.averaging.interval == .postLocal)
        #expect(local.averaging.localFrom == 12)
        #expect(local.stepsPerRound == 16)
        let growing = try work("every: {growing: {alpha: 0.5}}")
        #expect(growing.averaging.interval == .growing)
        #expect(growing.averaging.alpha == 0.5)
        #expect(growing.stepsPerRound == 4)
        #expect(try work("every: auto").averaging.interval == .measured)
        #expect(try work("every: auto").stepsPerRound == 0)
    }

    @Test(arguments: [
        ("{every: 0s}", "spec.checkpoint.every: must be from 1s"),
        ("{rounds: 0}", "spec.checkpoint.rounds: must be from 1 to 1000000000, found 0"),
        ("{path: a}", "spec.checkpoint.path: unknown field"),
        ("never", "spec.checkpoint: expected a map"),
    ])
    func wrongCheckpointsAreRefused(fields: String, words: String) throws {
        let messages = try Samples.messages(Samples.minimal + "  checkpoint: \(fields)\n")
        #expect(messages.count == 1)
        #expect(messages.first?.contains(words) == true, "\(messages)")
    }

    @Test func theSplitSeedFollowsTheTrainingSeed() throws {
        let job = try #require(
            try Samples.read(Samples.minimal, ["training.seed=42"]).jobs.first)
        #expect(job.splitSeed == 42)
    }

    @Test func oneBrokenDocumentHidesNoOther() throws {
        let text = """
            \(Samples.minimal)---
            metadata: {name: [
            ---
            kind: TrainJob
            apiVersion: mlctl.dev/v1
            metadata: {name: Bad}
            spec: {data: {source: {file: a.csv}}, model: {mlp: {hidden: [1]}}, replicas: many}
            """
        let reading = try Samples.read(text)
        #expect(reading.jobs.isEmpty)
        #expect(reading.diagnostics.map(\.line) == [9, 12, 13])
    }

    @Test func emptyDocumentsAndCommentsAreSkipped() throws {
        let text = "# a\n---\n# nothing\n---\n\(Samples.minimal)---\n"
        #expect(try Samples.read(text).jobs.count == 1)
        #expect(try Samples.messages("# only this\n").count == 1)
        #expect(try Samples.messages("").count == 1)
    }

    @Test func windowsLineEndsAndAByteOrderMarkAreAccepted() throws {
        let text = Samples.minimal.split(separator: "\n").joined(separator: "\r\n")
        #expect(try Samples.read(text + "\r\n").jobs.count == 1)
        #expect(try Samples.read("\u{FEFF}" + text).jobs.count == 1)
    }

    @Test func aFewAliasesAreWrittenOut() throws {
        let text = Samples.minimal.replacing(
            "{name: digits}", with: "{name: &n digits, namespace: *n}")
        #expect(try Samples.read(text).jobs.first?.namespace == "digits")
    }

    @Test func anAliasBombIsRefusedQuickly() throws {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x]\n"
        for level in 1...60 {
            let uses = [String](repeating: "*a\(level - 1)", count: 8)
            text += "a\(level): &a\(level) [\(uses.joined(separator: ", "))]\n"
        }
        #expect(try Samples.messages(text).first?.contains("aliases") ?? false)
        // Within the bound of aliases, the bound of values holds.
        var small = "a0: &a0 [\(Array(repeating: "x", count: 4_000).joined(separator: ","))]\n"
        for level in 1...4 {
            let use = "*a\(level - 1)"
            small += "a\(level): &a\(level) [\(use), \(use)]\n"
        }
        #expect(try Samples.messages(small).first?.contains("more than 50000 values") ?? false)
    }

    @Test func boundsOfTheTextAreKept() throws {
        let long = String(repeating: "# comment\n", count: 120_000)
        #expect(
            try Samples.messages(long) == [
                "train.yaml:1:1 : the file is longer than 1048576 bytes"
            ])
        let documents = String(repeating: "---\na: 1\n", count: 1_100)
        #expect(
            try Samples.messages(documents).first?.contains("more than 1000 documents") ?? false)
        let deep = String(repeating: "[", count: 500) + String(repeating: "]", count: 500)
        #expect(try Samples.messages(deep).first?.contains("nested deeper than 32") ?? false)
        for opener in ["[", "{", "- ", "? ", "{a: ["] {
            let hostile = String(repeating: opener, count: 200_000)
            #expect(try !Samples.messages(hostile).isEmpty)
        }
    }

    @Test func manyProblemsAreCutWithACount() throws {
        let fields = (0..<300).map { "  zz\($0): 1" }.joined(separator: "\n")
        let messages = try Samples.messages(Samples.minimal + fields + "\n")
        #expect(messages.count == Limits.diagnostics + 1)
        #expect(messages.last?.contains("200 more problems") ?? false)
    }

    @Test func controlCharactersNeverReachTheTerminal() throws {
        let reading = try Samples.read("a: \u{1B}[31mred\n")
        let shown = reading.diagnostics.map { $0.rendered() }.joined()
        #expect(!shown.isEmpty)
        #expect(!shown.unicodeScalars.contains("\u{1B}"))
    }

    @Test func aDiagnosticShowsTheLineAndACaret() throws {
        let text = Samples.minimal.replacing(
            "{mlp: {hidden: [64]}}",
            with: """

                    mlp:
                      hidden: [64]
                      activaton: relu
                """)
        let shown = try Samples.read(text).diagnostics.map { $0.rendered() }
        #expect(
            shown == [
                """
                train.yaml:9:7  spec.model.mlp.activaton: unknown field, did you mean "activation"?
                    activaton: relu
                    ^
                """
            ])
    }

    @Test func caretsCountCharactersNotBytes() throws {
        let text = Samples.minimal.replacing(
            "{name: digits}", with: "{namespace: \"größe\", name: digits}")
        let diagnostic = try #require(try Samples.read(text).diagnostics.first)
        #expect(diagnostic.column == 23)
        let other = Samples.minimal.replacing(
            "{name: digits}", with: "{annotations: {a: größe😀}, nam: x, name: digits}")
        #expect(try Samples.read(other).diagnostics.first?.column == 38)
    }
}
