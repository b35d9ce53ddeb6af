import ClusterVocabulary
import Determinism
import SchedulerCore

/// The clients: each asks for what it wants again and again until it is answered.
extension SimulatedCluster {
    private static let retryInterval = Duration.milliseconds(1_000)
    private static let wishes: [ClientWish] = [.submit, .cancel, .delete]

    mutating func request(_ index: Int, _ wish: ClientWish) {
        let customer = customers[index]
        let token = RequestToken(UInt64(index * SimulatedCluster.wishes.count + wish.place))
        switch wish {
        case .submit:
            guard customer.job == nil else { return }
            deliver(.submit(customer.submission, token))
        case .cancel:
            guard let job = customer.job, !customer.isCancelAnswered else { return }
            deliver(.cancel(job, token))
        case .delete:
            guard let job = customer.job, !customer.isDeleteConfirmed else { return }
            deliver(.delete(job, token))
        }
        after(SimulatedCluster.retryInterval, .request(customer: index, wish))
    }

    /// An answer leaves the scheduler; what it confirms must hold for ever.
    mutating func answered(_ reply: SchedulerEffects.Reply) {
        guard reply.request.number != .max else { return }
        let number = Int(reply.request.number)
        let index = number / SimulatedCluster.wishes.count
        switch SimulatedCluster.wishes[number % SimulatedCluster.wishes.count] {
        case .submit: submissionAnswered(index, reply.answer)
        case .cancel:
            customers[index].isCancelAnswered = true
            if case .done = reply.answer { customers[index].isCancelConfirmed = true }
        case .delete:
            switch reply.answer {
            case .done: customers[index].isDeleteConfirmed = true
            // An earlier deletion became durable without its answer.
            case .refused(let reason) where reason.code == .notFound:
                customers[index].isDeleteConfirmed = true
            // It has not ended yet: asked again.
            case .refused, .accepted, .assigned: break
            }
        }
    }

    private mutating func submissionAnswered(
        _ index: Int, _ answer: SchedulerEffects.Answer
    ) {
        guard case .accepted(let job, _, _) = answer else {
            // A repeated submission may come after its job was deleted for its age.
            if customers[index].kind != .expiring {
                note("submission \(index) was refused: \(answer)")
            }
            return
        }
        if let known = customers[index].job, known != job {
            note("submission \(index) is job \(known) and job \(job)")
        }
        if let other = customers.firstIndex(where: { $0.job == job }), other != index {
            note("job \(job) was given to submission \(other) and to submission \(index)")
        }
        guard customers[index].job == nil else { return }
        customers[index].job = job
        switch customers[index].kind {
        case .cancelled:
            after(random.span(0..<20_000), .request(customer: index, .cancel))
        case .deleted: after(.seconds(1), .request(customer: index, .delete))
        case .steady, .fragile, .limited, .expiring, .unreadable, .oversized, .failing, .flaky:
            break
        }
    }

    /// Whether every client has what it wanted.
    var isDone: Bool {
        customers.allSatisfy { customer in
            guard let job = customer.job, let record = ledger.jobs[job] else { return false }
            switch customer.kind {
            case .oversized: return true
            case .deleted: return customer.isDeleteConfirmed
            case .cancelled: return record.state.isFinal && customer.isCancelAnswered
            case .steady, .fragile, .limited, .expiring, .unreadable, .failing, .flaky:
                return record.state.isFinal
            }
        }
    }
}

extension ClientWish {
    fileprivate var place: Int {
        switch self {
        case .submit: 0
        case .cancel: 1
        case .delete: 2
        }
    }
}
