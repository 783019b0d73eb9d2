package reduce

import (
	"sync"
	"sync/atomic"
)

// A job is work in numbered parts that several goroutines take from, each
// with a number of its own.
type job struct {
	parts   int64
	do      func(goroutine, part int)
	next    atomic.Int64
	takers  atomic.Int64
	waiting sync.WaitGroup
}

// run does parts 0 to n−1 on up to that many goroutines, one of them the
// caller's, and returns when all are done. It allocates nothing once the
// pool's goroutines are there.
func (j *job) run(n, goroutines int) {
	j.parts = int64(n)
	j.next.Store(0)
	j.takers.Store(0)
	for range min(goroutines, n) - 1 {
		j.waiting.Add(1)
		pool.recruit(j)
	}
	j.take()
	j.waiting.Wait()
}

func (j *job) take() {
	me := int(j.takers.Add(1) - 1)
	for part := j.next.Add(1) - 1; part < j.parts; part = j.next.Add(1) - 1 {
		j.do(me, int(part))
	}
}

// pool holds the goroutines that help: as many as were ever wanted at once, up
// to a limit. Where all are busy, the caller does the work alone.
var pool helpers

type helpers struct {
	lock  sync.Mutex
	idle  []helper
	count int
}

// A helper is a goroutine that waits for jobs. There is room for one in its
// channel, so that giving it one never waits.
type helper chan *job

const maxHelpers = 256

// recruit gives the job to a helper, where there is one.
func (p *helpers) recruit(j *job) {
	p.lock.Lock()
	defer p.lock.Unlock()
	if last := len(p.idle) - 1; last >= 0 {
		p.idle[last] <- j
		p.idle = p.idle[:last]
		return
	}
	if p.count == maxHelpers {
		j.waiting.Done()
		return
	}
	p.count++
	h := make(helper, 1)
	h <- j
	go p.serve(h)
}

// serve does jobs. A helper is idle again before its job counts as done: the
// next job finds it.
func (p *helpers) serve(h helper) {
	for j := range h {
		j.take()
		p.lock.Lock()
		p.idle = append(p.idle, h)
		p.lock.Unlock()
		j.waiting.Done()
	}
}
