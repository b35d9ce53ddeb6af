import ClusterVocabulary
import ControlAPI
import Foundation
import Testing

struct StreamTests {
    private func progress(_ job: UInt64, _ round: Int64) -> TrainingProgress {
        TrainingProgress(
            attempt: AttemptID(job: JobID(job), number: 1), term: Term(1), completeRounds: round,
            totalRounds: 10, stateDigest: "d", samples: round * 10, samplesPerSecond: 100,
            trainLoss: 0.5, epoch: 0, metrics: [])
    }

    private func finish(_ scheduler: MemoryScheduler, _ id: UInt64) {
        scheduler.publish(
            LedgerFact(kind: .succeeded, job: JobID(id), at: 2, state: .succeeded))
        scheduler.change(JobID(id)) { $0.state = .succeeded }
    }

    @Test
    func aJobsStreamTellsItsLifeAndEnds() async throws {
        try await GatewayServer.run { server in
            let job = try await server.submitSample()
            let other = try await server.submitSample("other")
            let scheduler = server.scheduler
            var kinds: [String] = []
            let didEnd = try await server.events(APIPath.job(job.name, .stream)) { event in
                kinds.append(event.name)
                if kinds.count == 1 {
                    scheduler.change(JobID(job.id)) { $0.state = .running }
                    scheduler.publish(progress(other.id, 1))
                    scheduler.publish(progress(job.id, 4))
                    scheduler.appendLog(JobID(other.id), "not mine")
                    scheduler.appendLog(JobID(job.id), "epoch 1")
                    finish(scheduler, job.id)
                }
                if event.kind == .progress {
                    let body = try JSONDecoder().decode(
                        ProgressEvent.self, from: Data(event.data.utf8))
                    #expect(body.name == job.name)
                    #expect(body.progress.completeRounds == 4)
                }
                if event.kind == .end {
                    let body = try JSONDecoder().decode(
                        JobSummary.self, from: Data(event.data.utf8))
                    #expect(body.state == "Succeeded")
                }
                return true
            }
            #expect(didEnd)
            #expect(kinds == ["state", "state", "progress", "log", "fact", "state", "end"])
        }
    }

    @Test
    func aReconnectedStreamGoesOnBehindTheLastFact() async throws {
        try await GatewayServer.run { server in
            let job = try await server.submitSample()
            finish(server.scheduler, job.id)
            var facts: [Int64?] = []
            let path = APIPath.job(job.name, .stream)
            try await server.events(path + "?after=0") { event in
                if event.kind == .fact { facts.append(event.id) }
                return true
            }
            #expect(facts == [1, 2])
            facts = []
            try await server.events(path, headers: ["Last-Event-ID": "1"]) { event in
                if event.kind == .fact { facts.append(event.id) }
                return true
            }
            #expect(facts == [2])
        }
    }

    @Test
    func factsAListenerMissedAreReadFromTheLedger() async throws {
        try await GatewayServer.run { server in
            let scheduler = server.scheduler
            func fact(_ node: String) -> LedgerFact {
                LedgerFact(kind: .nodeRegistered, node: node, at: 1)
            }
            scheduler.recordSilently(fact("a"))
            var sequences: [Int64?] = []
            try await server.events("/v1/events/stream?after=0") { event in
                sequences.append(event.id)
                if sequences.count == 1 {
                    scheduler.recordSilently(fact("b"))
                    scheduler.recordSilently(fact("c"))
                    scheduler.publish(fact("d"))
                }
                return sequences.count < 4
            }
            #expect(sequences == [1, 2, 3, 4])
        }
    }

    @Test
    func watchBeginsWithActiveJobsAndShowsChanges() async throws {
        try await GatewayServer.run { server in
            let done = try await server.submitSample("done")
            finish(server.scheduler, done.id)
            let job = try await server.submitSample()
            var seen: [String] = []
            let scheduler = server.scheduler
            let didEnd = try await server.events("/v1/watch") { event in
                if event.kind == .state {
                    let body = try JSONDecoder().decode(
                        JobSummary.self, from: Data(event.data.utf8))
                    seen.append("\(body.name) \(body.state)")
                } else {
                    seen.append(event.name)
                }
                if seen.count == 1 {
                    scheduler.change(JobID(job.id)) { $0.state = .running }
                    scheduler.publish(progress(job.id, 2))
                    scheduler.publish(LedgerFact(kind: .nodeLost, node: "h1", at: 3))
                }
                if seen.count == 4 { scheduler.endStreams() }
                return true
            }
            #expect(didEnd)
            #expect(seen == ["digits-1 Pending", "digits-1 Running", "progress", "fact"])
        }
    }

    @Test
    func aFollowedLogIsWholeWithoutRepetition() async throws {
        try await GatewayServer.run { server in
            let job = try await server.submitSample()
            let scheduler = server.scheduler
            scheduler.appendLog(JobID(job.id), "line 0")
            let path = APIPath.job(job.name, .logs)
            let before = try await server.call("GET", path)
            #expect(before.body == "line 0\n")
            async let followed = server.call("GET", path + "?follow=true")
            while scheduler.listenerCount == 0 { try await Task.sleep(for: .milliseconds(5)) }
            for number in 1...200 {
                scheduler.appendLog(JobID(job.id), "line \(number)")
                if number % 50 == 0 { try await Task.sleep(for: .milliseconds(20)) }
            }
            finish(scheduler, job.id)
            let expected = (0...200).map { "line \($0)\n" }.joined()
            #expect(try await followed.body == expected)
        }
    }

    /// A gateway that waited for its streams would never end: the time limit is the assertion.
    @Test(.timeLimit(.minutes(2)))
    func anOpenStreamDoesNotKeepTheGatewayRunning() async throws {
        try await confirmation("the gateway ended") { ended in
            try await GatewayServer.run { server in
                Task { try? await server.events("/v1/watch") { _ in true } }
                while server.scheduler.listenerCount == 0 {
                    try await Task.sleep(for: .milliseconds(5))
                }
            }
            ended()
        }
    }
}
