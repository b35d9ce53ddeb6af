import ClusterVocabulary
import Testing

@testable import Collectors
@testable import WorkerCore

/// Values in lines of text, of JSON and of Prometheus, and where paths of containers go.
struct LineMetricsTests {
    private func read(_ collector: MetricCollector, _ text: String) -> [[Metric]] {
        var lines = LineMetrics(collector)
        return lines.read(Array(text.utf8), isEnd: true)
    }

    @Test func textIsReadAsKatibReadsIt() {
        func found(_ line: String) -> [Metric] {
            MetricReader.textMetrics(in: Array(line.utf8))
        }
        #expect(
            found("2024-01-01T00:00:00Z INFO loss=0.5, accuracy = .75 Validation-acc=1e-2s")
                == [Metric("loss", 0.5), Metric("accuracy", 0.75), Metric("Validation-acc", 0.01)])
        #expect(found("{metricName: accuracy, metricValue: 0.9}").isEmpty)
        #expect(found("a=b=3 c=1.2.3; =4") == [Metric("b", 3), Metric("c", 1.2)])
        #expect(found("loss=") == [])
        #expect(found("loss=e5 x=-") == [])
        let bad = found("loss=nan best=-inf")
        #expect(bad.map(\.name) == ["loss", "best"])
        #expect(bad.first?.value.isNaN == true)
    }

    @Test func objectsMayHoldNumbersAsTexts() {
        let json = MetricCollector(.file(path: "m", form: .json))
        #expect(
            read(
                json,
                #"{"accuracy": "0.9078", "timestamp": 1638422847.28721, "valid_1 auc": 0.5}"#)
                == [[Metric("accuracy", 0.9078), Metric("valid_1 auc", 0.5)]])
        #expect(read(json, "no JSON\n{\"a\": \"x\"}\n").isEmpty)
        let pushed = read(MetricCollector(.pushed), "{\"a\": 1}\nb=2 step=3\n")
        #expect(pushed == [[Metric("a", 1)], [Metric("b", 2), Metric("step", 3)]])
    }

    @Test func expressionsHaveANameAndAValue() {
        let collector = MetricCollector(
            .output,
            filters: [#"\{metricName: ([\w|-]+), metricValue: ((-?\d+)(\.\d+)?)\}"#])
        #expect(
            read(collector, "x {metricName: accuracy, metricValue: 0.9} y\nloss=3\n")
                == [[Metric("accuracy", 0.9)]])
        let usual = MetricCollector(
            .output, filters: [#"([\w|-]+)\s*=\s*([+-]?\d*(\.\d+)?([Ee][+-]?\d+)?)"#])
        #expect(read(usual, "loss = 1.5 acc=.5") == [[Metric("loss", 1.5), Metric("acc", 0.5)]])
    }

    @Test func aLineAboveTheBoundIsNotRead() {
        let long = String(repeating: "x", count: MetricReader.longestLine) + " loss=1\nloss=2\n"
        #expect(read(MetricCollector(.pushed), long) == [[Metric("loss", 2)]])
    }

    @Test func pagesOfPrometheusAreRead() {
        let page = """
            # HELP loss The loss.
            # TYPE loss gauge
            loss 0.25
            accuracy{set="a } b",n="\\"1"} 0.5 1395066363000
            requests{code="200"} 1
            requests{code="400"} 2
            broken{ 3
            none
            bad_value x
            up NaN
            """
        let found = PrometheusText.metrics(of: Array(page.utf8))
        #expect(
            found.map(\.name) == [
                "loss", "accuracy{set=\"a } b\",n=\"\\\"1\"}", "requests{code=\"200\"}",
                "requests{code=\"400\"}", "up", "accuracy",
            ])
        let wanted = PrometheusText.metrics(of: Array(page.utf8), names: ["accuracy", "loss"])
        #expect(wanted == [Metric("loss", 0.25), Metric("accuracy", 0.5)])
        let many = (0..<1_000).map { "m\($0) 1\n" }.joined()
        #expect(PrometheusText.metrics(of: Array(many.utf8)).count == Metric.most)
    }

    @Test func collectedValuesPassThroughTheOutput() {
        let metrics = [
            Metric("valid_1 auc", 0.5), Metric("a\"b\\c", .nan), Metric("step", 3),
            Metric("bad\nname", 1),
        ]
        let text = CollectedLine.text(metrics)
        #expect(text.hasSuffix("\n"))
        let line = Array("half a line of the command \(text.dropLast())".utf8)
        let back = CollectedLine.metrics(in: line)
        #expect(back.map(\.name) == ["valid_1 auc", "a\"b\\c", "step"])
        #expect(back.first?.value == 0.5)
        #expect(back[1].value.isNaN)
        let many = (0..<64).map { Metric(String(repeating: "n", count: 150) + "\($0)", 1) }
        let lines = CollectedLine.text(many).split(separator: "\n")
        #expect(lines.allSatisfy { $0.utf8.count <= CollectedLine.longest })
        #expect(lines.flatMap { CollectedLine.metrics(in: Array($0.utf8)) } == many)
    }

    @Test func aContainersPathGetsAPlaceOfTheTrial() {
        let words = ["python", "t.py", "--log-path=/var/log/katib/mnist.log", "/var/log/katib/mn"]
        let exact = PathRelocation(
            "/var/log/katib/mnist.log", words: words, variables: [], folder: "/w")
        #expect(exact.place == "/w/.collected/var/log/katib/mnist.log")
        #expect(
            words.map(exact.applied) == [
                "python", "t.py", "--log-path=/w/.collected/var/log/katib/mnist.log",
                "/var/log/katib/mn",
            ])
        let folder = PathRelocation(
            "/train/logs/m.log", words: ["sh", "-c", "cd /train/logs && run"], variables: [],
            folder: "/w")
        #expect(folder.applied(to: "cd /train/logs && run") == "cd /w/.collected/train/logs && run")
        #expect(folder.place == "/w/.collected/train/logs/m.log")
        let fixed = PathRelocation("/tmp/m.log", words: ["/tmp/run"], variables: [], folder: "/w")
        #expect(!fixed.isMoved)
        #expect(fixed.place == "/tmp/m.log")
        let own = PathRelocation("logs/m.log", words: ["logs/m.log"], variables: [], folder: "/w")
        #expect(own.place == "/w/logs/m.log")
        #expect(own.applied(to: "logs/m.log") == "logs/m.log")
    }

    @Test func wordsOfTheProcessAreReadBack() {
        let collectors = [
            MetricCollector(.output, filters: ["(a)=(b)"]),
            MetricCollector(.file(path: "/x y", form: .text), filters: ["(a)(b)", "-(c)(d)"]),
            MetricCollector(.file(path: "m", form: .json)),
            MetricCollector(.events(folder: "e")),
            MetricCollector(.scrape(port: 80, path: "/m", names: ["a"])), MetricCollector(.pushed),
        ]
        for collector in collectors {
            let words = CollectorArguments.words(
                collector, around: ["run", "--"], executable: "/p")
            #expect(Array(words.prefix(2)) == ["/p", "collect"])
            #expect(words.suffix(3) == ["--", "run", "--"])
        }
    }
}
