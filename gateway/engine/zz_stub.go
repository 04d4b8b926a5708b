package engine

func (e *Engine) blame(a Addr, err error)        {}
func (e *Engine) faulty(a Addr, err error) error { return err }
