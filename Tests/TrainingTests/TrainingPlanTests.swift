import Determinism
import Testing

@testable import Training

@Suite struct TrainingPlanTests {
    @Test func countsStepsAndRounds() throws {
        let plan = try TrainingPlan(
            replicas: 3,
            batchSize: 16,
            epochs: 5,
            every: 4,
            seed: 1,
            trainRows: 350
        )
        // 1750 rows at 48 a step: 36.46.
        #expect(plan.totalSteps == 37)
        #expect(plan.rounds == 10)
        #expect(plan.steps(inRound: 0) == 0..<4)
        #expect(plan.steps(inRound: 9) == 36..<37)
        #expect(plan.samples(inRound: 9) == 48)
        #expect(plan.epochsRead(afterRound: 9) == Double(37 * 48) / 350)
    }

    @Test func aPlanThatFitsExactlyHasNoStepMore() throws {
        let plan = try TrainingPlan(
            replicas: 2,
            batchSize: 10,
            epochs: 3,
            every: 5,
            seed: 1,
            trainRows: 100
        )
        #expect(plan.totalSteps == 15)
        #expect(plan.rounds == 3)
    }

    @Test func theLargestPlanDoesNotOverflow() throws {
        let plan = try TrainingPlan(
            replicas: TrainingPlan.maximumReplicas,
            batchSize: TrainingPlan.maximumBatchSize,
            epochs: TrainingPlan.maximumEpochs,
            every: 1,
            seed: 1,
            trainRows: TrainingData.maximumRows
        )
        let last = plan.positions(step: plan.totalSteps - 1, replica: plan.replicas - 1)
        #expect(last.upperBound >= TrainingPlan.maximumEpochs * TrainingData.maximumRows)
    }

    @Test func everyReasonAgainstAPlanIsNamed() {
        let refusals = TrainingPlan.refusals(
            replicas: 0,
            batchSize: -1,
            epochs: .max,
            every: 0,
            trainRows: 0
        )
        #expect(refusals.count == 5)
        #expect(refusals.allSatisfy { !$0.description.isEmpty })
        let small = TrainingPlan.refusals(
            replicas: 1,
            batchSize: 32,
            epochs: 1,
            every: 1,
            trainRows: 31
        )
        #expect(small == [.fewerRowsThanBatch(rows: 31, batchSize: 32)])
        #expect(throws: TrainingRefusal.fewerRowsThanBatch(rows: 31, batchSize: 32)) {
            try TrainingPlan(
                replicas: 1,
                batchSize: 32,
                epochs: 1,
                every: 1,
                seed: 0,
                trainRows: 31
            )
        }
    }

    private func batches(_ plan: TrainingPlan, rows: [UInt32], steps: [Int]) -> [[UInt32]] {
        var order = BatchOrder(plan: plan, trainRows: rows)
        var batches: [[UInt32]] = []
        for step in steps {
            for replica in 0..<plan.replicas {
                var batch = [UInt32](repeating: 0, count: plan.batchSize)
                batch.withUnsafeMutableBufferPointer {
                    order.fill(step: step, replica: replica, into: $0)
                }
                batches.append(batch)
            }
        }
        return batches
    }

    @Test func everyEpochReadsEveryTrainingRowOnce() throws {
        let rows = (0..<103).map { UInt32($0 * 3 + 1) }
        let plan = try TrainingPlan(
            replicas: 3,
            batchSize: 7,
            epochs: 4,
            every: 2,
            seed: 9,
            trainRows: rows.count
        )
        let stream = batches(plan, rows: rows, steps: Array(0..<plan.totalSteps)).flatMap { $0 }
        #expect(stream.count == plan.totalSteps * 21)
        var epochs: [[UInt32]] = []
        for epoch in 0..<4 {
            let part = Array(stream[(epoch * 103)..<((epoch + 1) * 103)])
            #expect(part.sorted() == rows, "epoch \(epoch)")
            #expect(part != rows)
            epochs.append(part)
        }
        #expect(Set(epochs).count == 4, "each epoch has an order of its own")
        // The surplus of the last step comes from epoch 4 and repeats nothing.
        let surplus = stream[(4 * 103)...]
        #expect(Set(surplus).count == surplus.count)
    }

    @Test func theOrderOfBatchesIsGoldenAndDoesNotDependOnTheOrderOfAsking() throws {
        let plan = try TrainingPlan(
            replicas: 2,
            batchSize: 4,
            epochs: 9,
            every: 2,
            seed: 7,
            trainRows: 10
        )
        let rows = SampleData.rows(10)
        let forward = batches(plan, rows: rows, steps: [0, 1, 5])
        let backward = batches(plan, rows: rows, steps: [5, 1, 0])
        #expect(Array(backward[4...5] + backward[2...3] + backward[0...1]) == forward)
        #expect(
            forward == [
                [2, 6, 3, 4], [8, 9, 1, 5],
                [7, 0, 2, 8], [7, 9, 1, 0],
                [7, 3, 1, 0], [5, 8, 2, 6],
            ]
        )
    }
}
