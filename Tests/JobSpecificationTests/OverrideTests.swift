import ClusterVocabulary
import Testing

@testable import JobSpecification

@Suite("Overrides")
struct OverrideTests {
    private func job(_ overrides: String...) throws -> TrainJobSpecification {
        let reading = try Samples.read(Samples.minimal, overrides)
        #expect(reading.diagnostics.map { $0.rendered() } == [])
        return try #require(reading.jobs.first)
    }

    @Test func aPathCountsFromTheSpec() throws {
        #expect(try job("training.optimizer.sgd.learningRate=0.1").optimizer.learningRate == 0.1)
        #expect(try job("spec.replicas=3").replicas == 3)
        #expect(try job("metadata.name=other").modelName == "other")
        #expect(try job("model.mlp.hidden=[8, 4]").hiddenLayers == [8, 4])
        #expect(try job("model.mlp.hidden.0=5").hiddenLayers == [5])
        #expect(try job("runPolicy={timeLimit: 5m}").timeLimitSeconds == 300)
    }

    @Test func keysOfLabelsMayContainDots() throws {
        let labels = try job("metadata.labels.app.example.org/part=x").labels
        #expect(labels.map(\.key) == ["app.example.org/part"])
    }

    @Test func anotherMemberOfAUnionReplacesTheOneGiven() throws {
        #expect(try job("model.softmaxRegression={}").hiddenLayers == [])
        let source = try job("data.source.hostPath=/data/a.csv").dataSource
        #expect(source == .hostPath([DataFile(role: .train, path: "/data/a.csv")]))
    }

    @Test func laterOverridesWin() throws {
        #expect(try job("replicas=3", "replicas=4").replicas == 4)
    }

    @Test func unknownPathsGetTheNearestName() throws {
        let messages = try Samples.messages(Samples.minimal, ["replicas=2", "training.epoch=5"])
        #expect(
            messages == [
                "--set:2:10 spec.training.epoch: unknown field, did you mean \"epochs\"?"
            ])
    }

    @Test func wrongValuesPointIntoTheOverride() throws {
        let reading = try Samples.read(Samples.minimal, ["training.epochs=many"])
        #expect(
            reading.diagnostics.map { $0.rendered() } == [
                """
                --set:1:17  spec.training.epochs: expected an integer, found the text "many"
                    training.epochs=many
                                    ^
                """
            ])
    }

    @Test func aFaultyOverrideOfManyDocumentsIsToldOnce() throws {
        let text = Samples.minimal + "---\n" + Samples.minimal
        #expect(try Samples.messages(text, ["replicas=0"]).count == 1)
        #expect(try Samples.messages(text, ["replicas=[1"]).count == 1)
    }

    @Test func aPathCannotGoThroughAText() throws {
        let messages = try Samples.messages(Samples.minimal, ["metadata.name.first=a"])
        #expect(
            messages == [
                "--set:1:15 metadata.name.first: cannot be set inside of the text \"digits\""
            ])
    }

    @Test(arguments: ["", "a", "=1", "a..b=1", ".a=1", "a.=1", "a=\u{7}"])
    func unreadableOverridesAreRefused(text: String) {
        #expect(throws: Diagnostic.self) { try Override(parsing: text) }
    }
}
