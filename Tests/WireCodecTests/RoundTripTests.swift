import ClusterVocabulary
import Testing
import WireCodec

/// Values survive the way through bytes, all of them and in every closed list.
struct RoundTripTests {
    @Test(arguments: WireSample.all)
    func valuesComeBackEqual(_ sample: WireSample) throws {
        #expect(try sample.isValue(sample.bytes))
        #expect(try sample.recoded(sample.bytes) == sample.bytes)
    }

    @Test(arguments: WireSample.all)
    func unknownFieldsAreIgnored(_ sample: WireSample) throws {
        let fieldThousandWithOne: [UInt8] = [0xC0, 0x3E, 0x01]
        #expect(try sample.isValue(sample.bytes + fieldThousandWithOne))
    }

    @Test(arguments: Reason.Code.allCases)
    func everyReasonComesBack(_ code: Reason.Code) throws {
        let message = SchedulerMessage.refused(Reason(code, "why"))
        #expect(try decoded(WireCodec.encode(message), WireCodec.decodeSchedulerMessage) == message)
    }

    @Test(arguments: AttemptPhase.allCases, [nil] + FailureClass.allCases.map(Optional.some))
    func everyPhaseAndFailureComesBack(_ phase: AttemptPhase, _ failure: FailureClass?) throws {
        let status = AttemptStatus(
            attempt: VocabularyFixtures.attempt, term: Term(1), phase: phase, failure: failure)
        let message = WorkerMessage.status(status)
        #expect(try decoded(WireCodec.encode(message), WireCodec.decodeWorkerMessage) == message)
    }

    @Test(arguments: LedgerFact.Kind.allCases, [nil] + JobState.allCases.map(Optional.some))
    func everyFactAndStateComesBack(_ kind: LedgerFact.Kind, _ state: JobState?) throws {
        let fact = LedgerFact(kind: kind, at: 1, state: state)
        #expect(try decoded(WireCodec.encode(fact), WireCodec.decodeLedgerFact) == fact)
    }

    @Test(arguments: JobState.allCases)
    func everyStateOfAJobComesBack(_ state: JobState) throws {
        var job = VocabularyFixtures.job
        job.state = state
        #expect(try decoded(WireCodec.encode(job), WireCodec.decodeJobRecord) == job)
    }

    @Test(arguments: NodeState.allCases)
    func everyStateOfANodeComesBack(_ state: NodeState) throws {
        var node = VocabularyFixtures.nodeRecord
        node.state = state
        #expect(try decoded(WireCodec.encode(node), WireCodec.decodeNodeRecord) == node)
    }

    @Test func everyRoleOfAFileComesBack() throws {
        let files = DatasetReference.Role.allCases.map {
            DatasetReference.File(
                role: $0, digest: VocabularyFixtures.sha256, byteCount: 1, hostPath: "")
        }
        let message = SchedulerMessage.stage(
            DatasetReference(key: VocabularyFixtures.sha256, files: files, format: "idx"))
        #expect(try decoded(WireCodec.encode(message), WireCodec.decodeSchedulerMessage) == message)
    }

    @Test func whoseRightsASetIsFetchedWithComesBack() throws {
        let owners = [
            nil, CommandOwner(), CommandOwner(hostUser: 7), CommandOwner(ownsCluster: true),
        ]
        for owner in owners {
            var data = DatasetReference(
                key: VocabularyFixtures.sha256, files: [], format: "idx")
            data.owner = owner
            let message = SchedulerMessage.stage(data)
            #expect(
                try decoded(WireCodec.encode(message), WireCodec.decodeSchedulerMessage) == message)
        }
    }

    @Test func anEmptyCommitComesBack() throws {
        let none: [LedgerFact] = []
        #expect(try decoded(WireCodec.encode(none), WireCodec.decodeLedgerFacts) == none)
    }

    @Test func aDivergedLossKeepsItsBits() throws {
        var progress = VocabularyFixtures.progress
        progress.trainLoss = Double(bitPattern: 0x7FF8_0000_0000_1234)
        let message = WorkerMessage.progress(progress)
        let result = try decoded(WireCodec.encode(message), WireCodec.decodeWorkerMessage)
        guard case .progress(let back) = result else {
            Issue.record("decoded another case")
            return
        }
        #expect(back.trainLoss.bitPattern == 0x7FF8_0000_0000_1234)
    }

    @Test func overlongAndMultilineTextIsMendedBeforeItIsSent() throws {
        let family = String(repeating: "👩‍👩‍👧‍👦", count: 500)
        let refusal = SchedulerMessage.refused(Reason(.invalid, family))
        let refused = try decoded(WireCodec.encode(refusal), WireCodec.decodeSchedulerMessage)
        guard case .refused(let reason) = refused else {
            Issue.record("decoded another case")
            return
        }
        #expect(reason.message.utf8.count <= Reason.longestMessage)
        #expect(reason.message.hasSuffix("…"))

        var line = VocabularyFixtures.line
        line.text = "one\r\ntwo\n" + String(repeating: "é", count: LogLine.longest)
        let logged = try decoded(
            WireCodec.encode(TrainerReport.log(line)), WireCodec.decodeTrainerReport)
        guard case .log(let kept) = logged else {
            Issue.record("decoded another case")
            return
        }
        #expect(kept.text.hasPrefix("one  two é"))
        #expect(kept.text.utf8.count <= LogLine.longest)
        #expect(kept.text.utf8.count > LogLine.longest - 8)
    }
}
