import Testing

@testable import JobSpecification

/// What an objective can name is what the job's data and loss give.
struct MetricNameTests {
    private func job(_ model: String, split: String = "validation: 0.1, test: 0.2") throws
        -> TrainJobSpecification
    {
        try #require(
            try Samples.read(
                """
                apiVersion: mlctl.dev/v1
                kind: TrainJob
                metadata: {name: a}
                spec:
                  data: {source: {file: a.csv}, split: {\(split)}}
                  model: {\(model): {}}

                """
            ).jobs.first)
    }

    @Test func classesHaveTheFiguresOfClasses() throws {
        let names = try job("softmaxRegression").metricNames
        for name in ["train.accuracy", "validation.f1", "test.rocAUC", "test.logLoss"] {
            #expect(names.contains(name))
        }
        #expect(!names.contains("train.f1"))
        #expect(!names.contains("test.rmse"))
        // Margins are no probabilities.
        #expect(try !job("linearSVM").metricNames.contains("test.logLoss"))
    }

    @Test func numbersHaveTheFiguresOfNumbers() throws {
        let names = try job("linearRegression").metricNames
        #expect(names.contains("validation.rmse"))
        #expect(names.contains("test.r2"))
        #expect(!names.contains { $0.hasSuffix("accuracy") })
    }

    @Test func partsThatAreNotHeldOutHaveNone() throws {
        let job = try job("linearRegression", split: "validation: 0, test: 0")
        #expect(job.metricNames == ["train.loss"])
    }

    @Test func whatIsThereWhileATrialRuns() throws {
        #expect(
            try job("softmaxRegression").runningMetricNames == [
                "train.accuracy", "train.loss", "validation.accuracy", "validation.loss",
            ])
        #expect(
            try job("linearRegression").runningMetricNames == ["train.loss", "validation.loss"])
    }
}
