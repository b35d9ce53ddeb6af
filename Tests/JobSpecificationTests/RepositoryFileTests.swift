import ClusterVocabulary
import Foundation
import Testing

@testable import JobSpecification

@Suite("The files of jobs/ and cluster/")
struct RepositoryFileTests {
    @Test func everyJobFileIsValidAndRoundTrips() throws {
        let files = try Samples.files(in: "jobs")
        #expect(files.count >= 5)
        for file in files {
            let text = try String(contentsOf: file, encoding: .utf8)
            let reading = SpecificationReader.read(text, file: file.lastPathComponent)
            #expect(reading.diagnostics.map { $0.rendered() } == [])
            #expect(!reading.documents.isEmpty || !reading.experiments.isEmpty)
            for experiment in reading.experiments {
                let again = SpecificationReader.read(experiment.canonicalYAML(), file: "canonical")
                #expect(again.diagnostics.map { $0.rendered() } == [])
                #expect(again.experiments == [experiment])
            }
            for job in reading.documents {
                let again = SpecificationReader.read(job.canonicalYAML(), file: "canonical")
                #expect(again.documents == [job])
            }
        }
    }

    @Test func theDigitsJobSaysWhatTheReadmePromises() throws {
        let file = Samples.root.appending(path: "jobs/02-digits-mlp.yaml")
        let text = try String(contentsOf: file, encoding: .utf8)
        let job = try #require(SpecificationReader.read(text, file: "02").jobs.first)
        #expect(job.replicas == 8)
        #expect(job.hiddenLayers == [64])
        #expect(job.every == .steps(16))
        #expect(job.numerics == "portable")
        #expect(job.dataSource == .file([DataFile(role: .train, path: "data/digits.csv")]))
        #expect(job.format.canonicalFormat == "csv;label=name:class;header=auto;delimiter=auto")
    }

    @Test func theLearningRatesDifferInNothingElse() throws {
        let file = Samples.root.appending(path: "jobs/03-learning-rates.yaml")
        let text = try String(contentsOf: file, encoding: .utf8)
        var jobs = SpecificationReader.read(text, file: "03").jobs
        #expect(jobs.map(\.optimizer.learningRate) == [0.003, 0.01, 0.03, 0.1])
        #expect(Set(jobs.map(\.name)).count == 4)
        for index in jobs.indices {
            jobs[index].optimizer.learningRate = 1
            jobs[index].name = "same"
            jobs[index].modelName = "same"
        }
        #expect(jobs.allSatisfy { $0 == jobs[0] })
    }

    @Test func everyClusterFileIsValid() throws {
        let files = try Samples.files(in: "cluster")
        #expect(files.count >= 2)
        for file in files {
            let text = try String(contentsOf: file, encoding: .utf8)
            guard
                case .configuration(let cluster) = ClusterConfiguration.read(
                    text, file: file.lastPathComponent)
            else {
                Issue.record("\(file.lastPathComponent) is refused")
                continue
            }
            #expect(cluster.workers.count >= 2)
        }
    }
}
