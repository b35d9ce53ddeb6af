import Testing

@testable import ClusterVocabulary

@Suite("The vocabulary keeps its rules")
struct VocabularyTests {
    @Test func endedJobsNeverMove() {
        for state in JobState.allCases where state.isFinal {
            for next in JobState.allCases { #expect(!state.canBecome(next)) }
        }
    }

    @Test func everyStateIsReachedFromPending() {
        var reached: Set<JobState> = [.pending]
        for _ in JobState.allCases {
            for state in reached {
                reached.formUnion(JobState.allCases.filter { state.canBecome($0) })
            }
        }
        #expect(reached == Set(JobState.allCases))
        #expect(!JobState.pending.canBecome(.succeeded))
        #expect(JobState.running.canBecome(.pending))
    }

    @Test func wordsAreReadBack() {
        for state in JobState.allCases {
            #expect(JobState(word: state.word) == state)
            #expect(JobState(word: state.word.uppercased()) == state)
        }
        #expect(JobState(word: "Gone") == nil)
        #expect(Reason.Code.notEnoughCPU.word == "NotEnoughCPU")
        #expect(LedgerFact.Kind.termProposed.word == "TermProposed")
    }

    @Test(arguments: ["h1", "A.b-c_9", String(repeating: "x", count: 63)])
    func legalNodeNamesAreTaken(_ name: String) {
        #expect(NodeID(checking: name)?.name == name)
    }

    @Test(arguments: ["", "a b", "a/b", "é", "a\n", String(repeating: "x", count: 64)])
    func otherNodeNamesAreRefused(_ name: String) {
        #expect(NodeID(checking: name) == nil)
    }

    @Test func overlongSentencesAreCut() {
        let reason = Reason(.invalid, String(repeating: "é", count: 5_000))
        #expect(reason.message.utf8.count <= Reason.longestMessage)
        let line = LogLine(
            attempt: AttemptID(job: JobID(1), number: 1), text: String(repeating: "x", count: 9_000)
        )
        #expect(line.text.utf8.count <= LogLine.longest)
    }

    @Test func amountsFitWholeTimes() {
        let host = ResourceAmount(milliCPU: 4_000, memoryBytes: 1 << 30)
        let lane = ResourceAmount(milliCPU: 1_500, memoryBytes: 1 << 28)
        #expect(host.fitting(lane) == 2)
        #expect(host.fitting(ResourceAmount(milliCPU: 1_000, memoryBytes: 1 << 29)) == 2)
        #expect((host - lane.times(2)).fitting(lane) == 0)
    }
}
