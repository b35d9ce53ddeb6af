import ClusterVocabulary
import ControlAPI
import Foundation
import Testing

struct BodyTests {
    private func decoded<Body: Decodable & JSONWritable>(_ body: Body) throws -> Body {
        try JSONDecoder().decode(Body.self, from: Data(body.jsonBytes))
    }

    @Test
    func summariesAreReadBackAsWritten() throws {
        let summary = JobSummary(Sample.finished, progress: Sample.progress)
        #expect(try decoded(summary) == summary)
        #expect(summary.name == "digits-3")
        #expect(summary.hosts == ["h1", "h2"])
        #expect(summary.isFinal)
    }

    @Test
    func descriptionsHaveWhatTheFrozenShapeNames() throws {
        let body = JobDescription(Sample.finished, yaml: "kind: TrainJob\n", progress: nil)
        #expect(try decoded(body) == body)
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(body.jsonBytes)) as? [String: Any])
        let metadata = try #require(json["metadata"] as? [String: Any])
        let status = try #require(json["status"] as? [String: Any])
        let model = try #require(status["model"] as? [String: Any])
        let frozen = try #require(status["frozen"] as? [String: Any])
        #expect(metadata["name"] as? String == "digits-3")
        #expect(status["state"] as? String == "Succeeded")
        #expect(status["reason"] as? String == "Completed")
        #expect(model["sha256"] as? String == Sample.digest)
        #expect((status["metrics"] as? [String: Any])?["test.accuracy"] as? Double == 0.97)
        #expect(status["samplesPerSecond"] as? Double == 96_000)
        #expect(status["rounds"] as? Int == 40)
        #expect((status["attempts"] as? [Any])?.count == 1)
        #expect(frozen["every"] as? Int == 16)
        #expect(frozen["coreType"] as? String == "Haswell")
        #expect(frozen["terms"] as? Int == 2)
    }

    @Test
    func aLossThatIsNotFiniteIsNull() throws {
        var progress = Sample.progress
        progress.trainLoss = .nan
        progress.metrics = [Metric("validation.loss", .infinity), Metric("z", 1)]
        let body = ProgressBody(progress)
        let read = try decoded(body)
        #expect(body.jsonText.contains("\"trainLoss\":null"))
        #expect(body.jsonText.contains("\"validation.loss\":null"))
        #expect(read.trainLoss == nil)
        #expect(read.metrics["validation.loss"] == nil)
        #expect(read.metrics["z"] == 1)
    }

    @Test
    func theRestIsEstimatedFromRoundsAndRate() throws {
        // 10 of 40 rounds did 1 000 rows; 30 rounds of 100 rows at 600 rows/s take 5 s.
        let body = ProgressBody(Sample.progress)
        #expect(body.remainingSeconds == 5)
        #expect(body.fraction == 0.25)
        var unknown = Sample.progress
        unknown.completeRounds = 0
        #expect(ProgressBody(unknown).remainingSeconds == nil)
    }

    @Test
    func errorsAreReadWithAndWithoutLists() throws {
        let plain = ErrorBody(.init(reason: "NotFound", message: "there is no job x"))
        #expect(
            plain.jsonText
                == #"{"error":{"reason":"NotFound","message":"there is no job x"}}"#)
        #expect(try decoded(plain) == plain)
        let full = ErrorBody(
            .init(
                reason: "Invalid", message: "m",
                diagnostics: [
                    DiagnosticBody(
                        file: "a.yaml", line: 1, column: 2, path: "spec", message: "m",
                        rendered: "a.yaml:1:2  spec: m")
                ], missing: ["aa"]))
        #expect(try decoded(full) == full)
    }

    @Test
    func requestsMayLeaveEverythingOptionalOut() throws {
        let request = try JSONDecoder().decode(
            SubmitRequest.self, from: Data(#"{"specification":"kind: TrainJob"}"#.utf8))
        #expect(request.setOverrides == nil)
        #expect(request.idempotencyKey == nil)
        let empty = try JSONDecoder().decode(RerunRequest.self, from: Data("{}".utf8))
        #expect(empty == RerunRequest())
    }

    @Test
    func pathsEncodeWhatNamesMayNotContain() {
        #expect(APIPath.job("a/b c?", .logs) == "/v1/jobs/a%2Fb%20c%3F/logs")
        let path = APIPath.model("digits@3", .weights)
        #expect(path == "/v1/models/digits@3/files/model.safetensors")
        #expect(APIPath.query([("a", "1&2"), ("b", nil), ("c", "x")]) == "?a=1%262&c=x")
        #expect(APIPath.query([("b", nil)]) == "")
    }

    @Test
    func theKeyOfADataSetDoesNotDependOnTheOrderOfItsFiles() {
        func file(_ role: DatasetReference.Role, _ digest: String) -> DatasetReference.File {
            DatasetReference.File(role: role, digest: digest, byteCount: 1, hostPath: "")
        }
        let files = [file(.train, "aa"), file(.testLabels, "bb")]
        let text = DatasetKeyText.text(format: "idx", files: files)
        #expect(text == DatasetKeyText.text(format: "idx", files: files.reversed()))
        #expect(text == "dataset/1\nidx\n1 aa\n4 bb\n")
    }
}
