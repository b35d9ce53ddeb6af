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

/// The rule of `every: auto`.
struct IntervalTests {
    @Test func communicationStaysBelowItsShareOfCompute() {
        var figures = ExchangeFigures()
        #expect(figures.steps(forTarget: 0.05) == nil)
        figures.rounds = 10
        figures.steps = 40
        figures.computeSeconds = 0.4
        figures.exchangeSeconds = 0.06
        figures.straggleSeconds = 0.01
        // 5 ms an exchange, 10 ms a step: 5 / (0.05 * 10).
        #expect(figures.steps(forTarget: 0.05) == 10)
        #expect(figures.steps(forTarget: 0.5) == 1)
        figures.exchangeSeconds = 0
        #expect(figures.steps(forTarget: 0.05) == 1)
        figures.exchangeSeconds = 1e300
        #expect(figures.steps(forTarget: 0.05) == 1_000_000_000)
    }

    @Test func figuresOfMembershipsAddUp() {
        var figures = ExchangeFigures()
        figures.computeSeconds = 3
        figures.exchangeSeconds = 1
        figures.bytesSent = 10
        #expect(figures.goodput == 0.75)
        figures.add(figures)
        #expect(figures.bytesSent == 20)
        #expect(figures.goodput == 0.75)
        #expect(ExchangeFigures().goodput == 0)
    }

    @Test func secretsAreNotShown() {
        let secret = SecretBytes([1, 2, 3])
        var shown = ""
        dump(secret, to: &shown)
        #expect("\(secret)" == "(3 secret bytes)")
        #expect(!shown.contains("1") && !shown.contains("2"))
    }
}
