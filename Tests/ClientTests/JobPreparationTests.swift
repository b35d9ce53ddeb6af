import Artifacts
import ClusterVocabulary
import Foundation
import JobSpecification
import Testing

@testable import Client

struct JobPreparationTests {
    private let folder: ScratchFolder

    init() throws {
        folder = try ScratchFolder()
    }

    private func specification(
        file: String = "rows.csv", label: String = "class", batch: Int = 4
    ) -> String {
        """
        apiVersion: mlctl.dev/v1
        kind: TrainJob
        metadata: {name: job}
        spec:
          replicas: 2
          data:
            source: {file: \(file)}
            format: {csv: {label: \(label)}}
            split: {validation: 0, test: 0}
          model: {softmaxRegression: {}}
          training:
            epochs: 3
            batchSize: \(batch)
            optimizer: {sgd: {learningRate: 0.1}}
          averaging: {every: 2}

        """
    }

    private func rows(_ count: Int = 10) -> String {
        "x,class\n" + (0..<count).map { "\($0),\($0 % 2)\n" }.joined()
    }

    private func prepare(
        _ text: String, overrides: [String] = []
    ) throws -> [JobPreparation.Prepared] {
        let path = try folder.write("job.yaml", text)
        var preparation = JobPreparation()
        return try preparation.prepare(
            [try SpecificationFile.load(path)],
            overrides: try SpecificationFile.overrides(overrides))
    }

    private func failure(_ text: String) -> String {
        let failure = #expect(throws: ClientFailure.self) { _ = try prepare(text) }
        #expect(failure?.status == .wrongUsage)
        return failure?.message ?? ""
    }

    @Test func filesBecomeAnArtifactWithThePublishedKey() throws {
        try folder.write("rows.csv", rows())
        let job = try #require(try prepare(specification()).first)
        guard case .artifact(let reference) = job.specification.training?.dataSource else {
            Issue.record("the source is no artifact")
            return
        }
        let digest = SHA256Hasher.digest(of: Array(rows().utf8)).hex
        let text = "dataset/1\n\(reference.format)\n1 \(digest)\n"
        #expect(reference.key == SHA256Hasher.digest(of: Array(text.utf8)).hex)
        #expect(reference.files.map(\.digest) == [digest])
        #expect(job.uploads.map(\.digest.hex) == [digest])
        #expect(
            job.written.training?.dataSource == .file([DataFile(role: .train, path: "rows.csv")]))
        let again = SpecificationReader.read(job.specification.canonicalYAML(), file: "x")
        #expect(again.documents == [job.specification])
    }

    @Test func thePlanCountsStepsAndRounds() throws {
        try folder.write("rows.csv", rows())
        let plan = try #require(try prepare(specification()).first?.plan)
        // 3 epochs of 10 rows in steps of 2 x 4: ceil(30 / 8) = 4 steps, 2 rounds of 2.
        #expect(plan.trainRows == 10)
        #expect(plan.steps == 4)
        #expect(plan.rounds == 2)
        // One feature and two classes: two weights, two biases.
        #expect(plan.parameterCount == 4)
        #expect(plan.bytesPerRound(hosts: 1) == 0)
        #expect(plan.bytesPerRound(hosts: 2) == 2 * 4 * plan.stateCount)
    }

    @Test(arguments: [
        ("", "EmptyFile"), ("x,class\n", "HeaderOnly"), ("x,y\n1,2\n3,4\n", "MissingLabelColumn"),
        ("x,class\n1,0\nnan,1\n", "NotFinite"),
        ("x,class\n1,0\n2,1\nabc,1\n", "TextInNumericColumn"),
        ("x,class\n1,0\n2\n", "RaggedRow"), ("x,class\n1,0\n2,0\n", "OnlyOneClass"),
        ("x,class\n1,0\n2,1\n", "FewerRowsThanBatch"),
    ])
    func badDataIsNamedBeforeAnythingIsSent(text: String, name: String) throws {
        try folder.write("rows.csv", text)
        let message = failure(specification())
        #expect(message.contains("\(name): "), "\(message)")
        #expect(message.contains("job.yaml: job: "))
    }

    @Test func missingFilesAndFoldersAreNamed() throws {
        #expect(failure(specification()).contains("rows.csv cannot be read: No such file"))
        try folder.write("sub/x.csv", rows())
        #expect(failure(specification(file: "sub")).contains("sub is a folder"))
        #expect(failure(specification(file: "/dev/null")).contains("not a regular file"))
    }

    @Test func allProblemsOfAllDocumentsComeAtOnce() throws {
        try folder.write("rows.csv", rows())
        let bad = specification().replacing("epochs", with: "epocs")
        let message = failure(bad + "---\n" + bad)
        #expect(message.split(separator: "\n").filter { $0.contains("epocs: unknown") }.count == 2)
        #expect(message.contains("job.yaml:12:5"))
    }

    @Test func aWrongDataFormatOfSeveralJobsIsSaidOnce() throws {
        try folder.write("rows.csv", "")
        let message = failure(specification() + "---\n" + specification())
        #expect(message.components(separatedBy: "EmptyFile").count == 2)
    }

    @Test func overridesApplyToEveryDocument() throws {
        try folder.write("rows.csv", rows())
        let jobs = try prepare(
            specification() + "---\n" + specification(),
            overrides: ["metadata.namespace=team", "training.epochs=5"])
        #expect(jobs.map(\.specification.namespace) == ["team", "team"])
        #expect(jobs.map(\.specification.training?.epochs) == [5, 5])
        #expect(Set(jobs.flatMap(\.uploads)).count == 1)
    }

    @Test func badOverridesAreAllNamed() {
        let failure = #expect(throws: ClientFailure.self) {
            _ = try SpecificationFile.overrides(["a", "=1", "training.epochs=2"])
        }
        #expect(failure?.message.components(separatedBy: "--set:").count == 3)
    }

    @Test func hostPathsThatAreNotHereAreLeftToTheScheduler() throws {
        let text = specification().replacing("file: rows.csv", with: "hostPath: /nonexistent/x")
        let job = try #require(try prepare(text).first)
        #expect(job.plan == nil)
        #expect(job.uploads.isEmpty)
        #expect(job.specification.training?.dataSource.roles == [.train])
    }

    @Test func hostPathsThatAreHereGetTheirDigestButAreNotUploaded() throws {
        let path = try folder.write("rows.csv", rows())
        let text = specification().replacing("file: rows.csv", with: "hostPath: \(path)")
        let job = try #require(try prepare(text).first)
        guard case .artifact(let reference) = job.specification.training?.dataSource else {
            Issue.record("the source is no artifact")
            return
        }
        #expect(reference.files.map(\.hostPath) == [path])
        #expect(job.uploads.isEmpty)
    }

    @Test func documentsAreJoinedWithinBounds() {
        let documents = (0..<1_201).map { "a: \($0)\n" }
        let batches = Submission.batches(documents)
        #expect(batches.count == 3)
        #expect(batches[0].components(separatedBy: "---\n").count == 500)
        #expect(Submission.batches([]).isEmpty)
        let large = String(repeating: "x", count: Submission.longestText)
        #expect(Submission.batches([large, large]) == [large, large])
    }
}
