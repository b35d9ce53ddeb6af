import ClusterVocabulary
import Testing

@testable import WorkerCore

/// Values read from what a command prints.
struct MetricReaderTests {
    private func records(_ texts: [String], _ stream: OutputRecord.Stream = .output) -> [UInt8] {
        var bytes: [UInt8] = []
        for text in texts {
            OutputRecord(stream: stream, at: 1, text: Array(text.utf8)[...]).append(to: &bytes)
        }
        return bytes
    }

    private func read(_ source: MetricSource, _ texts: String...) -> [[Metric]] {
        var reader = MetricReader(source)
        return reader.read(records(texts), at: 0).map(\.metrics)
    }

    @Test func assignmentsAreWords() {
        #expect(
            read(.assignments, "epoch=3 loss=0.25, val/acc=9.5e-1; x = 3 y=z =4 5=6 lr=.5\n")
                == [
                    [
                        Metric("epoch", 3), Metric("loss", 0.25), Metric("val/acc", 0.95),
                        Metric("lr", 0.5),
                    ]
                ])
        #expect(read(.assignments, "nothing here\n\n").isEmpty)
    }

    @Test func aLineMayComeInPieces() {
        #expect(read(.assignments, "lo", "ss=1", "\nloss=2") == [[Metric("loss", 1)]])
        var reader = MetricReader(.assignments)
        _ = reader.read(records(["loss=1"]), at: 0)
        #expect(reader.read(records(["5\n"]), at: 0).map(\.metrics) == [[Metric("loss", 15)]])
        #expect(reader.read(records(["loss=1\n"], .error), at: 0).isEmpty)
    }

    @Test func aPatternFindsItsPlace() {
        let source = MetricSource.pattern("epoch {epoch}: {} acc={acc}")
        #expect(
            read(source, "[info] epoch  7: after 3.5 s, acc=0.75 done\n")
                == [[Metric("epoch", 7), Metric("acc", 0.75)]])
        #expect(read(source, "epoch x: acc=1\n").isEmpty)
        #expect(read(.pattern("{loss}"), "abc 1.5\n") == [[Metric("loss", 1.5)]])
    }

    @Test func anObjectGivesItsNumbers() {
        #expect(
            read(
                .json,
                #"{"step": 4, "val": {"acc": 0.5, "s": "x"}, "l": [1, {"a": 2}], "b": true}"#
                    + "\n")
                == [[Metric("step", 4), Metric("val.acc", 0.5)]])
        for line in ["{", "{\"a\":}", "[1]", "{\"a\":1} x", "{\"a\" 1}", "{\"a\":1,}", "plain"] {
            #expect(read(.json, line + "\n").isEmpty, "\(line)")
        }
        let deep = String(repeating: "{\"a\":", count: 50) + "1" + String(repeating: "}", count: 50)
        #expect(read(.json, deep + "\n").isEmpty)
    }

    @Test func longLinesAndManyLinesAreBounded() {
        let long = String(repeating: "x", count: MetricReader.longestLine + 10)
        #expect(read(.assignments, "\(long) loss=1\nloss=2\n") == [[Metric("loss", 2)]])
        let many = (0..<400).map { "v=\($0)\n" }.joined()
        let found = read(.assignments, many)
        #expect(found.count == CommandOutput.mostMeasurements)
        #expect(found.last == [Metric("v", 399)])
    }
}
